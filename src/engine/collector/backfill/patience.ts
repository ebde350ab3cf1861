/** Waits between tries of something that may not be had: so many, then no more. */
export class Patience {
  readonly #waitsMs: readonly number[]
  #spent = 0

  constructor(waitsMs: readonly number[]) {
    this.#waitsMs = waitsMs
  }

  /** How long to wait for the next try; null when there were enough. */
  next(): number | null {
    const waitMs = this.#waitsMs[this.#spent] ?? null
    this.#spent += 1
    return waitMs
  }

  /** Something was had: all tries are there again. */
  renew(): void {
    this.#spent = 0
  }
}
