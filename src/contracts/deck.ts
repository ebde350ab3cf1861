/**
 * The deck: it plays a stored stretch to one client, over a state stream of its own. What that client sees
 * is what a client of the live stream would have seen up to the cursor: rows, candles of watched series and
 * answers to queries; nothing after the cursor exists. The run's mode is `replay`.
 *
 * A deck begins `empty`. Commands are carried out in their order; what cannot be done is refused with a
 * sentence and changes nothing. It ends with its client's link.
 */
import { z } from 'zod'
import type { InstrumentId } from '../core/market/instrument.ts'
import type { RunMode } from './shapes.ts'
import { tapeViews } from './tape-replay-request.ts'

/** Most instruments one deck plays: as many as a desk has charts. */
export const maxPlayedInstruments = 9
/** Speeds offered, market seconds a second. */
export const deckSpeeds = [0.5, 1, 2, 5, 10, 60, 300, 'max'] as const

const speedSchema = z.union([z.number().min(0.5).max(300), z.literal('max')])
const spanSchema = z.object({ fromMs: z.number(), toMs: z.number() })

export const deckCommandSchema = z.discriminatedUnion('name', [
  /**
   * Puts a tape in, paused at a moment; the one before is put away. Ids or symbols in our spelling. Times:
   * epoch ms on the tape's clock, [fromMs, toMs); null: as far as the store reaches, and the begin of the range.
   */
  z.object({
    name: z.literal('load'),
    instruments: z.array(z.string().max(100)).min(1).max(maxPlayedInstruments),
    fromMs: z.number().nullable(),
    toMs: z.number().nullable(),
    atMs: z.number().nullable(),
    view: z.enum(tapeViews)
  }),
  z.object({ name: z.literal('play') }),
  z.object({ name: z.literal('pause') }),
  z.object({ name: z.literal('speed'), speed: speedSchema }),
  /** So many trades of any played instrument (by `trade`), or candles of an interval (`1m`), forth, or back where below zero; pauses. */
  z.object({
    name: z.literal('step'),
    by: z.string().max(12),
    count: z
      .int()
      .min(-1_000)
      .max(1_000)
      .refine((count) => count !== 0)
  }),
  /** As if all before had been played. */
  z.object({ name: z.literal('seek'), atMs: z.number() }),
  /** Goes back to its begin whenever its end is reached; null: plays on. */
  z.object({ name: z.literal('loop'), span: spanSchema.nullable() })
])

export type DeckCommand = z.infer<typeof deckCommandSchema>
export type DeckSpeed = z.infer<typeof speedSchema>

/** Where the deck stands: one row, id `deck`. Times are epoch ms on the tape's clock. */
export type DeckRow = {
  readonly id: 'deck'
  /** `seeking`: on its way to a moment, `atMs` tells how far. `ended`: the range is played; `failed`: see `problem`. */
  readonly state: 'empty' | 'seeking' | 'paused' | 'playing' | 'ended' | 'failed'
  /** Why the last command could not be carried out, in one sentence; null when it could. */
  readonly problem: string | null
  /** The cursor; null while empty. */
  readonly atMs: number | null
  readonly instruments: readonly InstrumentId[]
  readonly view: (typeof tapeViews)[number]
  /** Of the recorded data: simulated stays labelled so. Null while empty. */
  readonly recorded: Exclude<RunMode, 'replay'> | null
  /** What can be played of what was asked for, at least by the hour; null while empty. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | null
  readonly speed: DeckSpeed
  /** Market seconds per second over the last second of playing; null while it does not play. */
  readonly pace: number | null
  readonly loop: { readonly fromMs: number; readonly toMs: number } | null
  /** Trades played since the begin of the range, or of the cursor's day where that is later. */
  readonly trades: number
  /** Files that could not be read, in words; their trades are missing here. */
  readonly damage: readonly string[]
}
