import { z } from 'zod'
import { ageSchema, durationMs } from './duration.ts'

/** Today's tick candles count on what yesterday ended with. */
const leastAgeMs = 48 * 3_600_000

const keptSchema = ageSchema
  .refine((text) => durationMs(text) >= leastAgeMs, 'at least "48h"')
  .optional()

/** How long what is stored is kept; a key that is missing: for good. */
export const retentionSchema = z.strictObject({
  trades: keptSchema,
  candles_1s: keptSchema,
  candles_5s: keptSchema,
  candles_15s: keptSchema,
  candles_1m: keptSchema,
  candles_5m: keptSchema,
  candles_15m: keptSchema,
  candles_1h: keptSchema,
  candles_4h: keptSchema,
  candles_1d: keptSchema,
  /** Candles that count trades, of any number. */
  candles_ticks: keptSchema,
  marks: keptSchema,
  incidents: keptSchema,
  /** Of database and tape files together, in units of 10⁹ bytes. */
  max_disk_gb: z.number().min(0.1).max(1_000_000).optional()
})

export type RetentionSettings = z.infer<typeof retentionSchema>
