import { z } from 'zod'

/** What an engine's watchdog says while the engine's main thread stands still. */
export const blockedEngineSchema = z.object({
  pid: z.int(),
  /** The handler that runs, or where none does the one that ran last. */
  handler: z.string(),
  /** What that handler was busy with, such as a connection; empty where it did not say. */
  subject: z.string(),
  isRunning: z.boolean(),
  /** How long the thread had stood still, ms. */
  stoodMs: z.number(),
  /** Wall clock of this, epoch ms. */
  atMs: z.number()
})

export type BlockedEngine = z.infer<typeof blockedEngineSchema>

/** Folder in the data folder where an engine and its host leave reports of how it ended. */
export const reportsFolder = 'reports'

/** The watchdog's file, in the folder of reports. */
export const blockedEngineFile = 'blocked.json'

/** The file into which Node writes its own report of a fatal error, in the folder of reports. */
export function fatalErrorFile(pid: number): string {
  return `node-${pid}.json`
}
