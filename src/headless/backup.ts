import type { BackupRequest } from '../contracts/backup-request.ts'
import type { BackupArguments } from './arguments.ts'
import { inDataFolder, runDataCommand, type CommandHost } from './data-command.ts'

/** Copies stored data into a folder. @returns The exit code. */
export function backupData(args: BackupArguments, host: CommandHost): Promise<number> {
  return runDataCommand('backup-data', inDataFolder(args) satisfies BackupRequest, host)
}
