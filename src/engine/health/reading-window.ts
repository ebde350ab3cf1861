import type { Reading } from './growth-trend.ts'

/** The least reading of each bin of the last while, by time. Bound: as many as bins fit into the window, plus one. */
export class ReadingWindow {
  readonly #windowMs: number
  readonly #binMs: number
  readonly #readings: Reading[] = []

  constructor(of: { readonly windowMs: number; readonly binMs: number }) {
    this.#windowMs = of.windowMs
    this.#binMs = of.binMs
  }

  /** @param reading Later than the one before. */
  add(reading: Reading): void {
    this.#forget(reading.atMs)
    const last = this.#readings.at(-1)
    if (last === undefined || this.#binOf(last) !== this.#binOf(reading))
      this.#readings.push(reading)
    else if (reading.bytes < last.bytes) this.#readings.splice(-1, 1, reading)
  }

  /** Those within the window that ends now, at rising times. */
  readings(nowMs: number): readonly Reading[] {
    this.#forget(nowMs)
    return this.#readings
  }

  /** How far the last reading lies above the first; 0 where there are none. */
  riseAt(nowMs: number): number {
    const readings = this.readings(nowMs)
    return (readings.at(-1)?.bytes ?? 0) - (readings[0]?.bytes ?? 0)
  }

  #binOf({ atMs }: Reading): number {
    return Math.floor(atMs / this.#binMs)
  }

  #forget(nowMs: number): void {
    const fromMs = nowMs - this.#windowMs
    const kept = this.#readings.findIndex(({ atMs }) => atMs > fromMs)
    this.#readings.splice(0, kept === -1 ? this.#readings.length : kept)
  }
}
