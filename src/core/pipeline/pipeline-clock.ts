/** Live trades outside [now - 1 d, now + 1 min] of the run clock are not believed. */
const mostBehindMs = 86_400_000
const mostAheadMs = 60_000

/** Where a run's time comes from: the `nowMs` handed in, or the newest event time seen (replay, simulated tape). */
export type ClockKind = 'wall' | 'tape'

/** The clock of one run: it is moved by whoever hands in events, and never by itself. */
export class PipelineClock {
  readonly #isTape: boolean
  #nowMs = 0

  constructor(kind: ClockKind) {
    this.#isTape = kind === 'tape'
  }

  /** Epoch ms; 0 before it was first moved. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Takes the time handed in, be it earlier than the last; means nothing to a tape's clock. */
  set(nowMs: number): void {
    if (!this.#isTape) this.#nowMs = nowMs
  }

  /** An event of this time came, or is stored from before: a tape's clock goes on to it, never back. */
  reach(eventMs: number): void {
    if (this.#isTape && eventMs > this.#nowMs) this.#nowMs = eventMs
  }

  /** Whether a live trade may be of this time; a tape's times are its own. */
  isPlausible(eventMs: number): boolean {
    if (this.#isTape) return true
    return eventMs >= this.#nowMs - mostBehindMs && eventMs <= this.#nowMs + mostAheadMs
  }
}
