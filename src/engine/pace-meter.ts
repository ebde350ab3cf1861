/** Over so long the pace is measured, ms. */
const spanMs = 1_000

/** Measures how fast a tape is played. Bound: the readings of a second. */
export class PaceMeter {
  #readings: { readonly realMs: number; readonly tapeMs: number }[] = []

  /**
   * Takes a reading.
   *
   * @param realMs Monotonic clock.
   * @returns Market seconds per second over the last second; null while less than a tenth of one is known.
   */
  read(realMs: number, tapeMs: number): number | null {
    this.#readings.push({ realMs, tapeMs })
    this.#readings = this.#readings.filter((each) => each.realMs >= realMs - spanMs)
    const [first] = this.#readings
    const passedMs = realMs - (first?.realMs ?? realMs)
    if (first === undefined || passedMs < spanMs / 10) return null
    return (tapeMs - first.tapeMs) / passedMs
  }

  /** Forgets what was: the tape was moved. */
  reset(): void {
    this.#readings = []
  }
}
