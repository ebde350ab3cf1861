/** Stretch that the speed is measured over: long enough for a tape whose trades come in bursts. */
const windowMs = 10_000

/** Measures how fast the run clock goes. Read about once a second; bounded by the readings of the window. */
export class RunSpeed {
  readonly #readings: { readonly runMs: number; readonly monotonicMs: number }[] = []

  /** Run-ms per wall-ms over the last seconds; 1 until that can be told. */
  read(runMs: number, monotonicMs: number): number {
    while ((this.#readings[0]?.monotonicMs ?? Infinity) < monotonicMs - windowMs) {
      this.#readings.shift()
    }
    const [first] = this.#readings
    this.#readings.push({ runMs, monotonicMs })
    if (first === undefined || monotonicMs <= first.monotonicMs) return 1
    return Math.max(0, (runMs - first.runMs) / (monotonicMs - first.monotonicMs))
  }
}
