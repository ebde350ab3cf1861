import { z } from 'zod'

/** When the store is looked through, and what is done about candles that are not what their trades make. */
export const auditSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** Time of day, UTC. */
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day in UTC such as "04:30"')
    .default('04:30'),
  /** They are stored as their trades make them; the former version is kept beside. */
  repair: z.boolean().default(false)
})

/** Reads a time of day as ms after 00:00; of any other text nothing is promised. */
export function timeOfDayMs(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return (hours * 60 + minutes) * 60_000
}
