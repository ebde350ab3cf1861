import { z } from 'zod'

/** A fault that an engine of a fault run is told to have, so that its detectors can be seen to fire. */
export const provocationSchema = z.discriminatedUnion('what', [
  /** Its main thread stands still inside one handler. */
  z.object({ what: z.literal('block'), forMs: z.number().positive() }),
  /** Its heap keeps so much more each minute, MB of 1,048,576 bytes; 0 keeps what was kept and adds nothing. */
  z.object({ what: z.literal('leak'), mbPerMinute: z.number().nonnegative() }),
  /** What takes in the next so many events throws, of one instrument or (null) of any. */
  z.object({
    what: z.literal('throw'),
    times: z.int().positive(),
    instrument: z.string().nullable()
  }),
  /** Each event takes so much longer to be taken in, ms; 0 ends it. */
  z.object({ what: z.literal('slow'), eventMs: z.number().nonnegative() }),
  /** The database may have so many pages and no more; null lets it grow again. */
  z.object({ what: z.literal('full'), pages: z.int().positive().nullable() }),
  /** A promise is rejected that nobody awaits. */
  z.object({ what: z.literal('reject') }),
  /** The process ends without a word; among `faultRun.provoke` before it opened anything. */
  z.object({ what: z.literal('exit'), code: z.int() })
])

export type Provocation = z.infer<typeof provocationSchema>
