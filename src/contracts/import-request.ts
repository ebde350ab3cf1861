/** What a host asks of an import: its one argument, as JSON. */
import { z } from 'zod'

export const importRequestSchema = z.object({
  /** Table of trades, CSV or Parquet. */
  file: z.string().min(1),
  /** Folder of the database that takes them; made when missing. */
  dataDir: z.string().min(1),
  /** Whose trades they are, as the user wrote it. */
  instrument: z.string(),
  /** Null: all time intervals and 100t. */
  intervals: z.array(z.string()).readonly().nullable()
})

export type ImportRequest = z.infer<typeof importRequestSchema>
