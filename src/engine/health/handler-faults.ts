import { InvariantError } from '../../core/invariant.ts'

/** More faults than this within a minute are no accident of some message. */
const mostFaultsPerMinute = 10

const windowMs = 60_000

export type FaultListener = {
  /** A handler threw; only what it was busy with is affected. */
  readonly isolated: (handler: string, subject: string, error: unknown) => void
  /** They are too many: the engine should be started anew. */
  readonly tooMany: (faults: number, error: unknown) => void
}

/**
 * Keeps what a handler throws from whatever else is handled, and counts it.
 *
 * A broken promise of our own code (`InvariantError`) is passed on: nobody knows what still holds.
 */
export class HandlerFaults {
  readonly #listener: FaultListener
  readonly #nowMs: () => number
  #recent: number[] = []
  #total = 0

  constructor(listener: FaultListener, nowMs: () => number) {
    this.#listener = listener
    this.#nowMs = nowMs
  }

  /** Faults since the start. */
  get total(): number {
    return this.#total
  }

  /**
   * Takes what a handler threw.
   *
   * @param subject What it was busy with: an instrument or a connection.
   * @throws InvariantError
   */
  note(handler: string, subject: string, error: unknown): void {
    if (error instanceof InvariantError) throw error
    const nowMs = this.#nowMs()
    this.#total += 1
    this.#recent = [...this.#recent.filter((atMs) => nowMs - atMs < windowMs), nowMs]
    this.#listener.isolated(handler, subject, error)
    if (this.#recent.length > mostFaultsPerMinute) {
      this.#listener.tooMany(this.#recent.length, error)
      this.#recent = []
    }
  }
}
