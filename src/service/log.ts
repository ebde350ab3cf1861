import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import buildRollingStream from 'pino-roll'
import type { LogLevel } from '../contracts/engine-protocol.ts'
import { LogLimit, logRepeatMs, type LogFields } from '../contracts/log-limit.ts'

export type { LogFields }

/** Where a process's happenings go: one JSON line each. */
export interface Log {
  write(level: LogLevel, event: string, fields: LogFields): void
  /** Resolves when everything written is on its way to disk. */
  close(): Promise<void>
}

/** Files besides the one being written. */
const olderFiles = 4

/**
 * Opens the rolling log of one process: `logs/NAME.N.log`, 10 MiB each, five kept, those of earlier runs
 * included.
 *
 * Repeats and whatever exceeds twenty lines a second are held back, counted on the next line of their
 * kind (`suppressed`) and summed up every ten seconds (`log-suppressed`).
 */
export async function openLog(options: {
  readonly folder: string
  readonly process: string
  readonly level: LogLevel
  /** Monotonic. */
  readonly nowMs: () => number
  /** Of one file, as `10m`. */
  readonly fileSize?: string
}): Promise<Log> {
  mkdirSync(options.folder, { recursive: true })
  const stream = await buildRollingStream({
    file: join(options.folder, options.process),
    extension: '.log',
    size: options.fileSize ?? '10m',
    limit: { count: olderFiles, removeOtherLogFiles: true }
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
  readonly #limit = new LogLimit()
  readonly #summing: NodeJS.Timeout

  constructor(logger: Logger, nowMs: () => number, end: () => Promise<void>) {
    this.#logger = logger
    this.#nowMs = nowMs
    this.#end = end
    this.#summing = setInterval(() => this.#sumUp(), logRepeatMs).unref()
  }

  write(level: LogLevel, event: string, fields: LogFields): void {
    if (!this.#logger.isLevelEnabled(level)) return
    const suppressed = this.#limit.admit({ level, event, fields }, this.#nowMs())
    if (suppressed === null) return
    this.#logger[level](suppressed === 0 ? { event, ...fields } : { event, ...fields, suppressed })
  }

  async close(): Promise<void> {
    clearInterval(this.#summing)
    this.#sumUp()
    await this.#end()
  }

  #sumUp(): void {
    const summary = this.#limit.takeSummary(this.#nowMs())
    if (summary !== null) this.#logger.info({ event: 'log-suppressed', ...summary })
  }
}
