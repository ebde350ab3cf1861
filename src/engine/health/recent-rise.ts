/** How much a counter that only rises rose of late. Read once a second; bounded by the readings of a window. */
export class RecentRise {
  readonly #windowMs: number
  readonly #readings: { readonly atMs: number; readonly total: number }[] = []

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Takes a reading and tells the rise within the window that ends with it; the counter began at 0. */
  read(total: number, monotonicMs: number): number {
    const beganMs = monotonicMs - this.#windowMs
    const firstInside = this.#readings.findIndex(({ atMs }) => atMs > beganMs)
    // The last reading before the window is what the window counts from.
    if (firstInside > 1) this.#readings.splice(0, firstInside - 1)
    if (firstInside === -1) this.#readings.splice(0, this.#readings.length - 1)
    const [base] = this.#readings
    const from = base !== undefined && base.atMs <= beganMs ? base.total : 0
    this.#readings.push({ atMs: monotonicMs, total })
    return total - from
  }
}
