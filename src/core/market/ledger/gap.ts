import type { InstrumentId } from '../instrument.ts'

/** What became of a gap. `open`: not yet settled. `unproven`: the venue gives no way to know what it swallowed. */
export type GapState = 'open' | 'refilled' | 'refilled-candles' | 'lost' | 'unproven'

/**
 * Why something is missing. `missing-ids`: trade numbers, or the newest trade, were left out on a link that stood.
 * `disconnected`: no link carried the instrument. `not-running`: the engine stood still.
 * `store-full`: trades were received and could not be kept. `damaged-file`: they lie in a file that cannot be read.
 * `not-kept`: they were deleted on purpose; told by replays only, never stored.
 */
export type GapCause =
  'missing-ids' | 'disconnected' | 'not-running' | 'store-full' | 'damaged-file' | 'not-kept'

/** Names a gap among those of its instrument: its first missing id, or its start where ids do not tell. */
export type GapKey = { readonly instrument: InstrumentId } & (
  | { readonly firstId: number; readonly fromMs: number | null }
  | { readonly firstId: null; readonly fromMs: number }
)

/** A stretch of one instrument's tape that was or is missing; kept as a record for good. */
export type Gap = GapKey & {
  /** Last of the missing ids; null where ids do not tell. */
  readonly lastId: number | null
  /** Venue time of the first sign of life after it, epoch ms. `fromMs`: that of the last trade before; null where not known. */
  readonly toMs: number
  readonly state: GapState
  readonly cause: GapCause
  /** How the link ended, or why a refill was not to be had, in words; null where there is nothing to say. */
  readonly reason: string | null
  /** How many trades were found missing; null where ids do not tell. */
  readonly missedTrades: number | null
  /** Where a refill came from: `trades` or `candles` of the venue's REST, `late` from the feed itself; null where there was none. */
  readonly source: 'trades' | 'candles' | 'late' | null
}
