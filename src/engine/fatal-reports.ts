import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { fatalErrorFile, reportsFolder } from '../contracts/blocked-engine.ts'

/**
 * Has Node write a report when the heap is full or V8 gives up: nothing else can speak then. Without
 * the environment and the network, which hold what is nobody's business.
 *
 * @returns Takes the folder away again where nothing was reported.
 */
export function openFatalReports(dataFolder: string): () => void {
  const folder = join(dataFolder, reportsFolder)
  // Electron's Node may lack it, whatever the types say.
  const { report } = process as Partial<NodeJS.Process>
  if (report === undefined) return () => undefined
  try {
    mkdirSync(folder, { recursive: true })
  } catch {
    // A folder that takes no report takes no database either; that is told elsewhere.
    return () => undefined
  }
  report.directory = folder
  report.filename = fatalErrorFile(process.pid)
  report.compact = true
  Object.assign(report, { excludeNetwork: true })
  report.excludeEnv = true
  report.reportOnFatalError = true
  return () => {
    report.reportOnFatalError = false
    try {
      rmdirSync(folder)
    } catch {
      // Reports are in it, or it is gone.
    }
  }
}
