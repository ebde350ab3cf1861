import type { Candle } from '../../core/market/candle.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval } from '../../core/market/interval.ts'
import { placeOf } from './played-candles.ts'

/** Final candles of one series that are held at most, as many as a day of seconds; up to twice as many for a while. */
const mostKept = 100_000

/** The candles of one series at the cursor. */
export type PlayedSeries = {
  /** By their place, oldest first; each once. */
  readonly candles: readonly Candle[]
  /** Where the oldest held candle opens, when older ones were played and let go; null when all are held. */
  readonly heldFromMs: number | null
}

type Series = { held: Map<number, Candle>; heldFromMs: number | null }

/** Holds the final candles that a replay told, as they were told last. Bound: `mostKept` of each series, the newest. */
export class KeptCandles {
  readonly #series = new Map<string, Series>()

  /** Takes candles that became final, or were revised after they had. */
  note(candles: readonly Candle[]): void {
    for (const candle of candles) {
      const series = this.#seriesOf(candle.instrument, candle.interval)
      series.held.set(placeOf(candle), candle)
      if (series.held.size > 2 * mostKept) letGo(series)
    }
  }

  /** The candles of a series, with those that are not final in the place of what was told of them before. */
  with(instrument: InstrumentId, interval: Interval, open: readonly Candle[]): PlayedSeries {
    const { held, heldFromMs } = this.#seriesOf(instrument, interval)
    const merged = new Map(held)
    for (const candle of open) merged.set(placeOf(candle), candle)
    return { candles: inOrder(merged).map(([, candle]) => candle), heldFromMs }
  }

  #seriesOf(instrument: InstrumentId, interval: Interval): Series {
    const name = `${instrument} ${interval}`
    const known = this.#series.get(name)
    if (known !== undefined) return known
    const begun: Series = { held: new Map(), heldFromMs: null }
    this.#series.set(name, begun)
    return begun
  }
}

function letGo(series: Series): void {
  const newest = inOrder(series.held).slice(-mostKept)
  series.held = new Map(newest)
  series.heldFromMs = newest[0]?.[1].openMs ?? null
}

function inOrder(candles: ReadonlyMap<number, Candle>): [number, Candle][] {
  return [...candles].sort(([a], [b]) => a - b)
}
