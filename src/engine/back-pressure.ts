type Pressure = 'high' | 'normal'

/** Who may ask for a pause: the store that is behind, or frames that come faster than they are taken in. */
export type PressureSource = 'store' | 'receiving'

/** Whether reading from venues must pause: while anybody asks for it. */
export class BackPressure {
  readonly #onChange: (pressure: Pressure) => void
  readonly #high = new Set<PressureSource>()

  /** @param onChange Told when the first asks, and when the last is content. */
  constructor(onChange: (pressure: Pressure) => void) {
    this.#onChange = onChange
  }

  follow(source: PressureSource, pressure: Pressure): void {
    const wasHigh = this.#high.size > 0
    if (pressure === 'high') this.#high.add(source)
    else this.#high.delete(source)
    const isHigh = this.#high.size > 0
    if (isHigh !== wasHigh) this.#onChange(isHigh ? 'high' : 'normal')
  }
}
