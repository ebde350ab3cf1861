import { PortInUseError } from '../service/http/server.ts'
import { SettingsError } from '../service/settings-file.ts'
import { ArgumentError, readArguments } from './arguments.ts'
import { replay } from './replay.ts'
import { serve } from './serve.ts'
import { simulate } from './simulate.ts'

/** The headless command line; docs/settings.md lists its commands, options and exit codes. */
async function main(): Promise<number> {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopped.abort())
  }
  try {
    const args = readArguments(process.argv.slice(2))
    switch (args.command) {
      case 'serve':
        return await serve(args, import.meta.url, stopped.signal)
      case 'replay':
        return await replay(args, import.meta.url, stopped.signal)
      case 'simulate':
        return await simulate(args, import.meta.url, stopped.signal)
    }
  } catch (error) {
    process.stderr.write(`tapedeck: ${error instanceof Error ? error.message : String(error)}\n`)
    if (error instanceof ArgumentError || error instanceof SettingsError) return 2
    if (error instanceof PortInUseError) return 1
    throw error
  }
}

process.exitCode = await main()
