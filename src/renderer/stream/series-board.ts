import type { Candle } from '../../core/market/candle.ts'
import type { Series } from '../../contracts/state-stream.ts'

export type CandleListener = (candles: readonly Candle[]) => void

type Watched = { readonly series: Series; readonly listeners: Set<CandleListener> }

function seriesKey(series: Series): string {
  return `${series.instrument}|${series.interval}`
}

/** Who listens to which series; the watch list of the contract is made from it. */
export class SeriesBoard {
  readonly #watched = new Map<string, Watched>()

  /** The complete watch list, in order of first interest. */
  series(): Series[] {
    return [...this.#watched.values()].map((entry) => entry.series)
  }

  /** Adds a listener. Returns true when the watch list grew. */
  add(series: Series, listener: CandleListener): boolean {
    const known = this.#watched.get(seriesKey(series))
    if (known !== undefined) {
      known.listeners.add(listener)
      return false
    }
    this.#watched.set(seriesKey(series), { series, listeners: new Set([listener]) })
    return true
  }

  /** Removes a listener. Returns true when the watch list shrank. */
  remove(series: Series, listener: CandleListener): boolean {
    const known = this.#watched.get(seriesKey(series))
    if (known === undefined) return false
    known.listeners.delete(listener)
    if (known.listeners.size > 0) return false
    return this.#watched.delete(seriesKey(series))
  }

  /** Hands each listener the candles of its series, in the order they came. */
  deliver(candles: readonly Candle[]): void {
    const bySeries = new Map<string, Candle[]>()
    for (const candle of candles) {
      const key = seriesKey(candle)
      const list = bySeries.get(key)
      if (list === undefined) bySeries.set(key, [candle])
      else list.push(candle)
    }
    for (const [key, list] of bySeries) {
      const entry = this.#watched.get(key)
      if (entry !== undefined) for (const listener of [...entry.listeners]) listener(list)
    }
  }
}
