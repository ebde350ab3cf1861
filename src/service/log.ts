import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import buildRollingStream from 'pino-roll'
import type { LogLevel } from '../contracts/engine-protocol.ts'

export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/** Where a process's happenings go: one JSON line each. */
export interface Log {
  write(level: LogLevel, event: string, fields: LogFields): void
  /** Resolves when everything written is on its way to disk. */
  close(): Promise<void>
}

/** Same event and subject again within this time is counted, not written. */
const repeatMs = 10_000
/** Most subjects whose repeats are counted at once. */
const maxKeys = 1_000
/** Most lines in one second, whatever happens. */
const maxLinesPerSecond = 20

type Repeat = { readonly sinceMs: number; suppressed: number }

/**
 * Opens the rolling log of one process: `logs/NAME.N.log`, 10 MiB each, five kept.
 *
 * Repeats of an event about the same subject (`connection`, `instrument` or `venue` field) within ten
 * seconds are suppressed and counted on its next line; so is whatever exceeds twenty lines a second.
 */
export async function openLog(options: {
  readonly folder: string
  readonly process: string
  readonly level: LogLevel
  readonly nowMs: () => number
}): Promise<Log> {
  mkdirSync(options.folder, { recursive: true })
  const stream = await buildRollingStream({
    file: join(options.folder, options.process),
    extension: '.log',
    size: '10m',
    limit: { count: 5 }
  })
  const logger = pino({ level: options.level, base: { process: options.process } }, stream)
  return new LimitedLog(logger, options.nowMs, () => {
    return new Promise((resolve) => {
      stream.once('close', () => resolve())
      stream.end()
    })
  })
}

class LimitedLog implements Log {
  readonly #logger: Logger
  readonly #nowMs: () => number
  readonly #end: () => Promise<void>
  readonly #repeats = new Map<string, Repeat>()
  #second = 0
  #lines = 0
  #overflow = 0

  constructor(logger: Logger, nowMs: () => number, end: () => Promise<void>) {
    this.#logger = logger
    this.#nowMs = nowMs
    this.#end = end
  }

  write(level: LogLevel, event: string, fields: LogFields): void {
    const nowMs = this.#nowMs()
    const suppressed = this.#admit(event, fields, nowMs)
    if (suppressed === null || !this.#fits(nowMs)) return
    this.#logger[level](suppressed === 0 ? { event, ...fields } : { event, ...fields, suppressed })
  }

  async close(): Promise<void> {
    const counts = [...this.#repeats.values()].map((repeat) => repeat.suppressed)
    const total = counts.reduce((sum, count) => sum + count, this.#overflow)
    if (total > 0) this.#logger.info({ event: 'log-suppressed', lines: total })
    await this.#end()
  }

  /** How many lines like this one were suppressed before it, or null when it is one of them. */
  #admit(event: string, fields: LogFields, nowMs: number): number | null {
    const subject = fields['connection'] ?? fields['instrument'] ?? fields['venue'] ?? ''
    const key = `${event}|${subject}`
    const repeat = this.#repeats.get(key)
    if (repeat !== undefined && nowMs - repeat.sinceMs < repeatMs) {
      repeat.suppressed += 1
      return null
    }
    this.#repeats.delete(key)
    if (this.#repeats.size >= maxKeys) this.#forgetOldest()
    this.#repeats.set(key, { sinceMs: nowMs, suppressed: 0 })
    return repeat?.suppressed ?? 0
  }

  #forgetOldest(): void {
    const oldest = this.#repeats.entries().next().value
    if (oldest === undefined) return
    this.#overflow += oldest[1].suppressed
    this.#repeats.delete(oldest[0])
  }

  #fits(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#lines = 0
    }
    this.#lines += 1
    if (this.#lines <= maxLinesPerSecond) return true
    this.#overflow += 1
    return false
  }
}
