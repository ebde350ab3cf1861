import { failureOf } from './engine-failure.ts'
import { Progress } from './replay/progress.ts'

/** What a user can mend: one line, and the exit code that says whether an argument was at fault. */
export type CommandProblem = { readonly message: string; readonly exitCode: 1 | 2 }

/** A command that its host runs in a process of its own. */
export type Command<Request> = {
  readonly name: 'export' | 'import' | 'replay' | 'backup'
  /** Of the process' one argument, which is JSON. */
  readonly schema: {
    safeParse: (value: unknown) => { success: true; data: Request } | { success: false }
  }
  /** @param stopped Aborts when the process is asked to end, and may be aborted. @returns The exit code. */
  readonly run: (request: Request, stopped: AbortController) => Promise<0 | 1>
  /** Null for what nobody expected. */
  readonly problemOf: (error: unknown) => CommandProblem | null
}

/** Runs a command to its end. @returns Its exit code; what went wrong stands on standard error. */
export async function runCommand<Request>(command: Command<Request>): Promise<0 | 1 | 2 | 78> {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopped.abort())
  }
  try {
    return await command.run(readRequest(command), stopped)
  } catch (error) {
    const { message, exitCode } = command.problemOf(error) ?? failureOf(error)
    complain(message)
    return exitCode
  }
}

/** Writes a line for the user to standard error. */
export function complain(message: string): void {
  process.stderr.write(`tapedeck: ${message}\n`)
}

/** A stretch of time, in words. */
export function stretchOf({
  fromMs,
  toMs
}: {
  readonly fromMs: number
  readonly toMs: number
}): string {
  return `from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`
}

/** Progress of a command, on standard error. @param counts What it counts. */
export function commandProgress(name: Command<unknown>['name'], counts = 'rows'): Progress {
  const output = {
    write: (text: string) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    nowMs: () => performance.now()
  }
  return new Progress(name, output, counts)
}

function readRequest<Request>({ name, schema }: Command<Request>): Request {
  const request = schema.safeParse(JSON.parse(process.argv[2] ?? 'null'))
  if (request.success) return request.data
  throw new Error(`this process is started by its host (tapedeck ${name}), not by hand`)
}
