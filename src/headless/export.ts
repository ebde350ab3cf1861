import type { ExportRequest } from '../contracts/export-request.ts'
import type { ExportArguments } from './arguments.ts'
import { inDataFolder, runDataCommand, type CommandHost } from './data-command.ts'

/** Writes stored data to a file. @returns The exit code. */
export function exportData(args: ExportArguments, host: CommandHost): Promise<number> {
  return runDataCommand('export-data', inDataFolder(args) satisfies ExportRequest, host)
}
