import type { ImportRequest } from '../contracts/import-request.ts'
import type { ImportArguments } from './arguments.ts'
import { inDataFolder, runDataCommand, type CommandHost } from './data-command.ts'

/** Takes trades of a file into a data folder. @returns The exit code. */
export function importData(args: ImportArguments, host: CommandHost): Promise<number> {
  return runDataCommand('import-data', inDataFolder(args) satisfies ImportRequest, host)
}
