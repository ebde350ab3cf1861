import type { LogLevel } from '../contracts/engine-protocol.ts'
import { LogLimit, logRepeatMs, type LogFields } from '../contracts/log-limit.ts'
import type { Clock, Timer } from './collector/clock.ts'

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

type WriteLine = (level: LogLevel, event: string, fields: LogFields) => void

/** The engine's lines on their way to its host: a storm of them stays here, counted. */
export class EngineLog {
  readonly #write: WriteLine
  readonly #clock: Clock
  readonly #lowest: number
  readonly #limit = new LogLimit('engine')
  #timer: Timer

  /** @param level Lines below it are left out. */
  constructor(write: WriteLine, level: LogLevel, clock: Clock) {
    this.#write = write
    this.#clock = clock
    this.#lowest = rank[level]
    this.#timer = this.#sumUpLater()
  }

  write(level: LogLevel, event: string, fields: LogFields): void {
    if (rank[level] < this.#lowest) return
    const suppressed = this.#limit.admit({ level, event, fields }, this.#clock.monotonicMs())
    if (suppressed === null) return
    this.#write(level, event, suppressed === 0 ? fields : { ...fields, suppressed })
  }

  close(): void {
    this.#timer.cancel()
    this.#sumUp()
  }

  #sumUpLater(): Timer {
    return this.#clock.after(logRepeatMs, () => {
      this.#sumUp()
      this.#timer = this.#sumUpLater()
    })
  }

  #sumUp(): void {
    const summary = this.#limit.takeSummary(this.#clock.monotonicMs())
    if (summary !== null) this.#write('info', 'log-suppressed', summary)
  }
}
