import type { Candle } from '../../core/market/candle.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval } from '../../core/market/interval.ts'
import { placeOf } from './played-candles.ts'

/** Final candles of one series that are held at a place at most: more than a day has seconds. */
const mostKept = 100_000

/** The candles of one series at the cursor. */
export type PlayedSeries = {
  /** By their place, oldest first; each once. */
  readonly candles: readonly Candle[]
  /** Where the oldest held candle opens, when older ones were played and let go; null when all are held. */
  readonly heldFromMs: number | null
}

/** Final candles of one series in the order in which they were told: the same whenever a day is played. */
type SeriesLog = { candles: Candle[]; first: number }

/**
 * What a day told, as far as it was ever played; those who play the day again share it. Of each series the
 * newest `mostKept` that a place of the day needs, and as many before.
 */
export class CandleLog {
  readonly #series = new Map<string, SeriesLog>()

  /** Takes the candle that was told as number `at` of its series; one that was told before is the same. */
  put(name: string, at: number, candle: Candle): void {
    const log = this.#logOf(name)
    if (at < log.first + log.candles.length) return
    log.candles.push(candle)
    if (log.candles.length <= 3 * mostKept) return
    log.candles = log.candles.slice(mostKept)
    log.first += mostKept
  }

  /** Those that are held at a place where so many had been told, in their order. */
  heldAt(name: string, count: number): readonly Candle[] {
    const { candles, first } = this.#logOf(name)
    return candles.slice(Math.max(0, count - mostKept - first), Math.max(0, count - first))
  }

  /** Whether all that is held at such a place is still there. */
  reaches(name: string, count: number): boolean {
    const { first } = this.#logOf(name)
    return first === 0 || count - mostKept >= first
  }

  #logOf(name: string): SeriesLog {
    const known = this.#series.get(name)
    if (known !== undefined) return known
    const begun: SeriesLog = { candles: [], first: 0 }
    this.#series.set(name, begun)
    return begun
  }
}

/** Holds the final candles that a replay told, as they were told last. Bound: that of the log, of which it is a part. */
export class KeptCandles {
  readonly #log: CandleLog
  /** How many of each series were told. */
  readonly #counts: Map<string, number>

  constructor(log = new CandleLog(), counts: ReadonlyMap<string, number> = new Map()) {
    this.#log = log
    this.#counts = new Map(counts)
  }

  /** How many candles of each series were told: with the log, all that it goes on from. */
  get counts(): ReadonlyMap<string, number> {
    return new Map(this.#counts)
  }

  /** Takes candles that became final, or were revised after they had. */
  note(candles: readonly Candle[]): void {
    for (const candle of candles) {
      const name = nameOf(candle.instrument, candle.interval)
      const at = this.#counts.get(name) ?? 0
      this.#log.put(name, at, candle)
      this.#counts.set(name, at + 1)
    }
  }

  /** The candles of a series, with those that are not final in the place of what was told of them before. */
  with(instrument: InstrumentId, interval: Interval, open: readonly Candle[]): PlayedSeries {
    const name = nameOf(instrument, interval)
    const count = this.#counts.get(name) ?? 0
    const merged = new Map<number, Candle>()
    for (const candle of this.#log.heldAt(name, count)) merged.set(placeOf(candle), candle)
    const heldFromMs = count > mostKept ? oldestOf(merged.values()) : null
    for (const candle of open) merged.set(placeOf(candle), candle)
    const candles = [...merged].sort(([a], [b]) => a - b).map(([, candle]) => candle)
    return { candles, heldFromMs }
  }
}

function nameOf(instrument: InstrumentId, interval: Interval): string {
  return `${instrument} ${interval}`
}

function oldestOf(candles: Iterable<Candle>): number {
  let oldestMs = Infinity
  for (const { openMs } of candles) oldestMs = Math.min(oldestMs, openMs)
  return oldestMs
}
