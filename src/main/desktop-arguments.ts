import { parseArgs } from 'node:util'
import type { LogLevel } from '../contracts/engine-protocol.ts'

/** What the desktop app was told at start. */
export type DesktopArguments = {
  readonly isDemo: boolean
  /** Null: the platform's own place. */
  readonly dataDir: string | null
  readonly settingsFile: string | null
  readonly skipMarketHours: boolean
  readonly recordFrames: boolean
  readonly logLevel: LogLevel
}

/** The command line cannot be used; the message names the argument. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/**
 * Reads the options that the desktop app shares with the command line. Others are Chromium's own
 * switches, which Electron has read by now.
 *
 * @param args Without the program's path.
 * @throws ArgumentError naming an option whose value is missing or not allowed.
 */
export function readDesktopArguments(args: readonly string[]): DesktopArguments {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: {
      demo: { type: 'boolean' },
      'data-dir': { type: 'string' },
      settings: { type: 'string' },
      'skip-market-hours': { type: 'boolean' },
      'record-frames': { type: 'boolean' },
      'log-level': { type: 'string' }
    }
  })
  const level = textOf('log-level', values['log-level']) ?? 'info'
  const logLevel = logLevels.find((each) => each === level)
  if (logLevel === undefined) {
    throw new ArgumentError(`--log-level: expected one of ${logLevels.join(', ')}, not ${level}`)
  }
  return {
    isDemo: values.demo === true,
    dataDir: textOf('data-dir', values['data-dir']),
    settingsFile: textOf('settings', values.settings),
    skipMarketHours: values['skip-market-hours'] === true,
    recordFrames: values['record-frames'] === true,
    logLevel
  }
}

function textOf(name: string, value: string | boolean | undefined): string | null {
  if (value === undefined) return null
  if (typeof value === 'string' && value !== '') return value
  throw new ArgumentError(`--${name}: expected a value`)
}
