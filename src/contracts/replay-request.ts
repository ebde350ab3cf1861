/** What a host asks the replay of captured frames to do: its one argument, as JSON. */
import { z } from 'zod'

export const replayRequestSchema = z.object({
  /** File of captured frames. */
  frames: z.string().min(1),
  /** Null: told by the addresses in the capture, or by `instruments`. */
  venue: z.string().nullable(),
  /** Where the database is kept; null: nowhere, a temporary folder is removed at the end. */
  dataDir: z.string().nullable(),
  /** Symbols or ids in our spelling; null: every one that the capture tells of. */
  instruments: z.array(z.string()).readonly().nullable(),
  /** Null: 1s, 1m and 100t. */
  intervals: z.array(z.string()).readonly().nullable(),
  /** `ndjson`: one line for each final candle and a summary; null: the summary as a sentence. */
  print: z.enum(['ndjson']).nullable()
})

export type ReplayRequest = z.infer<typeof replayRequestSchema>
