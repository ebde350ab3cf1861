/** What a host asks of a backup: its one argument, as JSON. */
import { z } from 'zod'

export const backupRequestSchema = z.object({
  /** Folder with the database, which an engine may be writing. */
  dataDir: z.string().min(1),
  /** Folder to make. */
  out: z.string().min(1)
})

export type BackupRequest = z.infer<typeof backupRequestSchema>
