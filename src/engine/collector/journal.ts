import type { ConnectionRow } from '../../contracts/state-rows.ts'
import type { Clock } from './clock.ts'
import type { CloseCause } from './close-cause.ts'

const mostLines = 20

/** What happened to one connection of late, for its row. */
export class Journal {
  readonly #clock: Clock
  #lines: ConnectionRow['log'] = []
  #lastClose: ConnectionRow['lastClose'] = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Newest first, at most 20. */
  get lines(): ConnectionRow['log'] {
    return this.#lines
  }

  get lastClose(): ConnectionRow['lastClose'] {
    return this.#lastClose
  }

  note(text: string): void {
    this.#lines = [{ atMs: this.#clock.nowMs(), text }, ...this.#lines].slice(0, mostLines)
  }

  close(cause: CloseCause): void {
    this.#lastClose = { atMs: this.#clock.nowMs(), code: cause.code, reason: cause.text }
    this.note(`ended (${cause.class}): ${cause.text}`)
  }
}
