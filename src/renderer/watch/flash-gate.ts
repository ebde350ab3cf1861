/** Shortest time between two flashes of one cell: at most three a second (WCAG 2.3.1). */
const flashSpacingMs = 340

/** Decides whether a cell may flash again. */
export class FlashGate {
  #lastMs = Number.NEGATIVE_INFINITY

  admit(nowMs: number): boolean {
    if (nowMs - this.#lastMs < flashSpacingMs) return false
    this.#lastMs = nowMs
    return true
  }
}
