import { PortInUseError } from '../service/http/server.ts'
import { findRuntimeProblem } from '../service/runtime.ts'
import { SettingsError } from '../service/settings-file.ts'
import { readArguments } from './arguments.ts'
import { backupData } from './backup.ts'
import { exportData } from './export.ts'
import { asksForHelp, helpText } from './help.ts'
import { importData } from './import.ts'
import { ArgumentError } from './option-values.ts'
import { replay } from './replay.ts'
import { serve } from './serve.ts'
import { simulate } from './simulate.ts'

/** The headless command line; docs/settings.md lists its commands, options and exit codes. */
async function main(): Promise<number> {
  const problem = findRuntimeProblem(process.versions.node)
  if (problem !== null) {
    process.stderr.write(`tapedeck: ${problem}\n`)
    return 78
  }
  if (asksForHelp(process.argv.slice(2))) {
    process.stdout.write(helpText)
    return 0
  }
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopped.abort())
  }
  try {
    const args = readArguments(process.argv.slice(2))
    const host = { url: import.meta.url, stopped: stopped.signal }
    switch (args.command) {
      case 'serve':
        return await serve(args, import.meta.url, stopped.signal)
      case 'replay':
        return await replay(args, host)
      case 'simulate':
        return await simulate(args, import.meta.url, stopped.signal)
      case 'export':
        return await exportData(args, host)
      case 'import':
        return await importData(args, host)
      case 'backup':
        return await backupData(args, host)
    }
  } catch (error) {
    process.stderr.write(`tapedeck: ${describe(error)}\n`)
    return error instanceof ArgumentError || error instanceof SettingsError ? 2 : 1
  }
}

/** One line for what users can mend; the whole story for what only we can. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isExpected =
    error instanceof ArgumentError ||
    error instanceof SettingsError ||
    error instanceof PortInUseError
  return isExpected ? error.message : (error.stack ?? error.message)
}

process.exitCode = await main()
