import type { LogLevel } from '../contracts/engine-protocol.ts'
import { exportFormats, exportKinds } from '../contracts/export-request.ts'
import { readMoment } from './moment.ts'
import { ArgumentError, choiceOf, listOf, neededOf, readOptions } from './option-values.ts'
import { replayArguments, type ReplayArguments } from './replay-arguments.ts'

export type ServeArguments = {
  readonly command: 'serve'
  readonly port: number
  readonly host: string
  readonly dataDir: string | null
  readonly settings: string | null
  readonly demo: boolean
  readonly skipMarketHours: boolean
  readonly recordFrames: boolean
  readonly openBrowser: boolean
  readonly logLevel: LogLevel
}

/** Arguments after `simulate` are the simulator's own. */
export type SimulateArguments = { readonly command: 'simulate'; readonly rest: readonly string[] }

export type ExportArguments = {
  readonly command: 'export'
  readonly kind: (typeof exportKinds)[number]
  readonly instrument: string
  /** Null for trades and gaps, which have none. */
  readonly interval: string | null
  /** Epoch ms; null: as far as the store reaches. */
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly format: (typeof exportFormats)[number]
  readonly out: string
  readonly force: boolean
  readonly dataDir: string | null
}

export type ImportArguments = {
  readonly command: 'import'
  readonly file: string
  readonly instrument: string
  readonly intervals: readonly string[] | null
  readonly dataDir: string | null
}

export type BackupArguments = {
  readonly command: 'backup'
  /** Folder to make. */
  readonly out: string
  readonly dataDir: string | null
}

export type CommandArguments =
  | ServeArguments
  | ReplayArguments
  | SimulateArguments
  | ExportArguments
  | ImportArguments
  | BackupArguments

const commands = ['serve', 'replay', 'simulate', 'export', 'import', 'backup'] as const
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
    case 'export':
      return exportArguments(rest)
    case 'import':
      return importArguments(rest)
    case 'backup':
      return backupArguments(rest)
    case undefined:
      throw new ArgumentError(`a command is needed: ${commands.join(', ')}; see --help`)
    default:
      throw new ArgumentError(`unknown command ${command}; known: ${commands.join(', ')}`)
  }
}

function serveArguments(args: readonly string[]): ServeArguments {
  const values = readOptions(args, {
    texts: ['port', 'host', 'data-dir', 'settings', 'log-level'],
    flags: ['demo', 'skip-market-hours', 'record-frames', 'no-browser']
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
    recordFrames: values.flag('record-frames'),
    openBrowser: !values.flag('no-browser'),
    logLevel: choiceOf('log-level', values.text('log-level') ?? 'info', logLevels)
  }
}

function exportArguments(args: readonly string[]): ExportArguments {
  const values = readOptions(args, {
    texts: ['instrument', 'interval', 'from', 'to', 'format', 'out', 'data-dir'],
    flags: ['force'],
    words: [exportKinds.join('|')]
  })
  const kind = kindOf(values.word(exportKinds.join('|')))
  const interval = values.text('interval')
  if (kind === 'candles' && interval === null)
    throw new ArgumentError('--interval 1m is needed for candles')
  if (kind !== 'candles' && interval !== null)
    throw new ArgumentError(`--interval has no use with ${kind}`)
  return {
    command: 'export',
    kind,
    instrument: neededOf(values, 'instrument', 'ID'),
    interval,
    fromMs: readMoment('from', values.text('from')),
    toMs: readMoment('to', values.text('to')),
    format: choiceOf('format', values.text('format') ?? 'csv', exportFormats),
    out: neededOf(values, 'out', 'FILE'),
    force: values.flag('force'),
    dataDir: values.text('data-dir')
  }
}

function importArguments(args: readonly string[]): ImportArguments {
  const values = readOptions(args, {
    texts: ['instrument', 'intervals', 'data-dir'],
    words: ['FILE']
  })
  return {
    command: 'import',
    file: values.word('FILE'),
    instrument: neededOf(values, 'instrument', 'ID'),
    intervals: listOf(values.text('intervals')),
    dataDir: values.text('data-dir')
  }
}

function backupArguments(args: readonly string[]): BackupArguments {
  const values = readOptions(args, { texts: ['data-dir'], words: ['FILE'] })
  return { command: 'backup', out: values.word('FILE'), dataDir: values.text('data-dir') }
}

function kindOf(text: string): ExportArguments['kind'] {
  const kind = exportKinds.find((candidate) => candidate === text)
  if (kind !== undefined) return kind
  throw new ArgumentError(
    `export writes one of ${exportKinds.join(', ')}, not ${JSON.stringify(text)}`
  )
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
