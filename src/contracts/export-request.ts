/** What a host asks of an export: its one argument, as JSON. */
import { z } from 'zod'

export const exportKinds = ['candles', 'trades', 'gaps'] as const
export const exportFormats = ['csv', 'parquet'] as const

export const exportRequestSchema = z.object({
  kind: z.enum(exportKinds),
  /** Folder with the database, which an engine may be writing. */
  dataDir: z.string().min(1),
  /** As the user wrote it. */
  instrument: z.string(),
  /** Of candles; null for trades and gaps. */
  interval: z.string().nullable(),
  /** Epoch ms, [fromMs, toMs): openMs of candles, eventMs of trades, gaps that touch it; null: unbounded. */
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  format: z.enum(exportFormats),
  /** File to write. */
  out: z.string().min(1),
  /** Replace a file that exists. */
  force: z.boolean()
})

export type ExportRequest = z.infer<typeof exportRequestSchema>
