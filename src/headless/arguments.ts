import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import type { LogLevel } from '../contracts/engine-protocol.ts'

/** Bad arguments: one line naming the argument. Exit code 2. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

export type ServeArguments = {
  readonly command: 'serve'
  readonly port: number
  readonly host: string
  readonly dataDir: string | null
  readonly settings: string | null
  readonly demo: boolean
  readonly skipMarketHours: boolean
  readonly openBrowser: boolean
  readonly logLevel: LogLevel
}

export type ReplayArguments = {
  readonly command: 'replay'
  readonly frames: string
  readonly venue: string | null
  readonly dataDir: string | null
  readonly instruments: readonly string[] | null
  readonly intervals: readonly string[] | null
  readonly print: 'ndjson' | null
}

/** Arguments after `simulate` are the simulator's own. */
export type SimulateArguments = { readonly command: 'simulate'; readonly rest: readonly string[] }

export type CommandArguments = ServeArguments | ReplayArguments | SimulateArguments

const commands = ['serve', 'replay', 'simulate'] as const
const logLevels = ['debug', 'info', 'warn', 'error'] as const

/**
 * Reads the command line.
 *
 * @param args Without the program's own name.
 * @throws ArgumentError
 */
export function readArguments(args: readonly string[]): CommandArguments {
  const [command, ...rest] = args
  switch (command) {
    case 'serve':
      return serveArguments(rest)
    case 'replay':
      return replayArguments(rest)
    case 'simulate':
      return { command, rest }
    case undefined:
      throw new ArgumentError(`a command is needed: ${commands.join(', ')}; see --help`)
    default:
      throw new ArgumentError(`unknown command ${command}; known: ${commands.join(', ')}`)
  }
}

function serveArguments(args: readonly string[]): ServeArguments {
  const values = read(args, {
    port: { type: 'string' },
    host: { type: 'string' },
    'data-dir': { type: 'string' },
    settings: { type: 'string' },
    demo: { type: 'boolean' },
    'skip-market-hours': { type: 'boolean' },
    'no-browser': { type: 'boolean' },
    'log-level': { type: 'string' }
  })
  if (values.flag('demo') && values.text('settings') !== null) {
    throw new ArgumentError('--settings has no use with --demo, which brings its own')
  }
  return {
    command: 'serve',
    port: portOf(values.text('port')),
    host: hostOf(values.text('host')),
    dataDir: values.text('data-dir'),
    settings: values.text('settings'),
    demo: values.flag('demo'),
    skipMarketHours: values.flag('skip-market-hours'),
    openBrowser: !values.flag('no-browser'),
    logLevel: choiceOf('log-level', values.text('log-level') ?? 'info', logLevels)
  }
}

function replayArguments(args: readonly string[]): ReplayArguments {
  const values = read(args, {
    frames: { type: 'string' },
    venue: { type: 'string' },
    'data-dir': { type: 'string' },
    instruments: { type: 'string' },
    intervals: { type: 'string' },
    print: { type: 'string' }
  })
  const frames = values.text('frames')
  if (frames === null) {
    throw new ArgumentError('--frames FILE is needed: replay plays captured frames')
  }
  const print = values.text('print')
  return {
    command: 'replay',
    frames,
    venue: values.text('venue'),
    dataDir: values.text('data-dir'),
    instruments: listOf(values.text('instruments')),
    intervals: listOf(values.text('intervals')),
    print: print === null ? null : choiceOf('print', print, ['ndjson'] as const)
  }
}

type Values = {
  readonly text: (name: string) => string | null
  readonly flag: (name: string) => boolean
}

function read(args: readonly string[], options: ParseArgsOptionsConfig): Values {
  try {
    const { values } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: false
    })
    const known: Readonly<Record<string, unknown>> = values
    return {
      text: (name) => {
        const value = known[name]
        return typeof value === 'string' ? value : null
      },
      flag: (name) => known[name] === true
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : undefined
    throw new ArgumentError(reason ?? 'the arguments cannot be read')
  }
}

function portOf(text: string | null): number {
  if (text === null) return 5001
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 65_536
  if (port <= 65_535) return port
  throw new ArgumentError(`--port must be a number from 0 to 65535, not ${JSON.stringify(text)}`)
}

function hostOf(text: string | null): string {
  if (text === null || text === '127.0.0.1' || text === 'localhost') return '127.0.0.1'
  throw new ArgumentError(
    `--host must be 127.0.0.1: this version serves this machine only, not ${JSON.stringify(text)}`
  )
}

function choiceOf<Choice extends string>(
  name: string,
  text: string,
  choices: readonly Choice[]
): Choice {
  const choice = choices.find((candidate) => candidate === text)
  if (choice !== undefined) return choice
  throw new ArgumentError(
    `--${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(text)}`
  )
}

function listOf(text: string | null): readonly string[] | null {
  return text === null ? null : text.split(',').filter((item) => item !== '')
}
