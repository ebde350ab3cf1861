import { once } from 'node:events'
import { TapedeckProcess } from './tapedeck-process.ts'

/** How a headless command ended. */
export type EndedCommand = {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Waits for the end of a headless command and of everything it prints. */
export async function endOf(command: TapedeckProcess): Promise<EndedCommand> {
  await once(command.child, 'close')
  const { exitCode: code, stdout, stderr } = command
  return { code, stdout, stderr }
}

/** Runs a headless command to its end. */
export function runTapedeck(...args: readonly string[]): Promise<EndedCommand> {
  return endOf(new TapedeckProcess(args))
}
