/** What a host asks the replay of a stored stretch to do: its one argument, as JSON. */
import { z } from 'zod'

export const tapeViews = ['then', 'final'] as const

export const tapeReplayRequestSchema = z.object({
  /** Folder with the database, which an engine may be writing. */
  dataDir: z.string().min(1),
  /** Epoch ms, [fromMs, toMs), on the tape's clock; null: as far as the store reaches. */
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  /** Symbols or ids in our spelling; null: every one that is stored. */
  instruments: z.array(z.string()).readonly().nullable(),
  /** Null: 1s, 1m and 100t. */
  intervals: z.array(z.string()).readonly().nullable(),
  /** How many times as fast as it was recorded; `max`: as fast as may be. */
  speed: z.union([z.number().min(0.5).max(300), z.literal('max')]),
  /** `then`: as it was known at the time; `final`: as it is known now. */
  view: z.enum(tapeViews),
  /** `ndjson`: candles too; null: events alone. */
  print: z.enum(['ndjson']).nullable()
})

export type TapeReplayRequest = z.infer<typeof tapeReplayRequestSchema>
