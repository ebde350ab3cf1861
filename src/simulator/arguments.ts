import { parseArgs } from 'node:util'
import type { TapeSpeed } from './tape-market.ts'

/** A database to hold against the truth of a simulator that runs. */
export type VerifyArguments = {
  readonly kind: 'verify'
  readonly database: string
  /** URL of its control server. */
  readonly control: string
}

/** What the command line asks of the simulator. */
export type SimulatorArguments = {
  readonly kind: 'simulate'
  readonly port: number
  readonly seed: number
  readonly rate: number
  readonly speed: TapeSpeed
  readonly tape: string | null
  readonly frames: string | null
  readonly scenario: string | null
  /** Puts a proxy before each venue. */
  readonly proxy: boolean
}

const texts = {
  port: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  rate: { type: 'string', default: '1' },
  speed: { type: 'string', default: '1' },
  tape: { type: 'string' },
  frames: { type: 'string' },
  scenario: { type: 'string' },
  proxy: { type: 'boolean', default: false },
  verify: { type: 'string' },
  control: { type: 'string' }
} as const

/** Reads a command line; a string says in one line what is wrong with it. */
export function readArguments(
  args: readonly string[]
): SimulatorArguments | VerifyArguments | string {
  let values
  try {
    ;({ values } = parseArgs({ args: [...args], options: texts, allowPositionals: false }))
  } catch (error) {
    return firstLine(error)
  }
  if (values.verify !== undefined) return readVerify(values.verify, values.control)
  if (values.control !== undefined) return '--control: goes with --verify DB only'
  const port = readNumber(values.port, { from: 0, to: 65_530, whole: true })
  if (port === null) return wrong('port', 'a whole number from 0 to 65530', values.port)
  const seed = readNumber(values.seed, { from: 0, to: 4_294_967_295, whole: true })
  if (seed === null) return wrong('seed', 'a whole number from 0 to 4294967295', values.seed)
  const rate = readNumber(values.rate, { from: 0.01, to: 100, whole: false })
  if (rate === null) return wrong('rate', 'a number from 0.01 to 100', values.rate)
  const speed = values.speed === 'max' ? 'max' : readSpeed(values.speed)
  if (speed === null) return wrong('speed', 'max, or a number from 0.01 to 10000', values.speed)
  const { tape = null, frames = null, scenario = null } = values
  const { proxy } = values
  return { kind: 'simulate', port, seed, rate, speed, tape, frames, scenario, proxy }
}

function readVerify(database: string, control: string | undefined): VerifyArguments | string {
  if (control !== undefined && /^http:\/\/(127\.0\.0\.1|localhost):\d+\/?$/.test(control)) {
    return { kind: 'verify', database, control }
  }
  const expected = 'the control URL that the running simulator printed, http://127.0.0.1:PORT'
  return control === undefined
    ? `--control: expected ${expected}`
    : wrong('control', expected, control)
}

function readSpeed(text: string): number | null {
  return readNumber(text, { from: 0.01, to: 10_000, whole: false })
}

function readNumber(
  text: string,
  range: { readonly from: number; readonly to: number; readonly whole: boolean }
): number | null {
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(text)) return null
  const value = Number(text)
  if (value < range.from || value > range.to) return null
  return range.whole && !Number.isInteger(value) ? null : value
}

function wrong(name: string, expected: string, received: string): string {
  return `--${name}: expected ${expected}; received ${JSON.stringify(received)}`
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n')[0] ?? message
}
