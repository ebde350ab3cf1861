import type { LogLevel } from '../contracts/engine-protocol.ts'
import type { LogFields } from '../contracts/log-limit.ts'
import type { Log } from './log.ts'

/** Lines held until the log is opened; later ones push out the oldest. */
const maxHeld = 1_000

/**
 * A log that touches no disk until it is opened: a start that is refused leaves nothing behind.
 * Lines written before are held and written first.
 */
export class DeferredLog implements Log {
  readonly #openLog: () => Promise<Log>
  readonly #held: (readonly [LogLevel, string, LogFields])[] = []
  #opening: Promise<void> | null = null
  #log: Log | null = null

  constructor(openLog: () => Promise<Log>) {
    this.#openLog = openLog
  }

  write(level: LogLevel, event: string, fields: LogFields): void {
    if (this.#log !== null) {
      this.#log.write(level, event, fields)
      return
    }
    this.#held.push([level, event, fields])
    if (this.#held.length > maxHeld) this.#held.shift()
  }

  /** Opens the log, once; harmless when called again. */
  open(): Promise<void> {
    this.#opening ??= this.#openLog().then((log) => {
      this.#log = log
      for (const line of this.#held.splice(0)) log.write(...line)
    })
    return this.#opening
  }

  async close(): Promise<void> {
    await this.#opening
    await this.#log?.close()
  }
}
