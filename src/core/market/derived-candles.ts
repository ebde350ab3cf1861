import type { Candle } from './candle.ts'
import type { LedgerState } from './ledger/ledger-state.ts'
import { worseState } from './ledger/tile-ledger.ts'
import type { DecimalSum } from './decimal-sum.ts'
import { addSum, emptySum, restoreSum, sumValue } from './decimal-sum.ts'
import type { IntervalSpec } from './interval.ts'

/** How coarser candles are made of finer ones. */
export type Derivation = {
  /** The coarser interval; a multiple of the finer one. */
  readonly spec: IntervalSpec
  /** The finest size that may be in a volume, in base units. */
  readonly finest: number
  /** Most candles to make, and most finer ones to read. */
  readonly limit: number
  readonly mostRead: number
  /** Later candles are known: all these have ended. False unless told. */
  readonly hasLater?: boolean
}

/** Coarser candles, oldest first. */
export type Derived = {
  readonly candles: readonly Candle[]
  /** False when a limit left older ones out. */
  readonly complete: boolean
}

/**
 * Makes coarser candles of finer ones, the same as if they had been built from the trades: volumes are
 * added exactly. The revision is the sum of the parts' revisions.
 *
 * @param finer Newest first; read no further than needed.
 */
export function deriveCandles(finer: Iterable<Candle>, derivation: Derivation): Derived {
  const folds: CandleFold[] = []
  let current: CandleFold | null = null
  let isLaterFinal = derivation.hasLater ?? false
  let read = 0
  for (const part of finer) {
    const place = placeOf(part, derivation.spec)
    if (current?.key !== place.key) {
      if (folds.length === derivation.limit) return finished(folds, derivation.spec, false)
      current = new CandleFold(place, part, isLaterFinal, derivation)
      folds.push(current)
    } else current.prepend(part)
    isLaterFinal ||= part.final
    read += 1
    if (read === derivation.mostRead) {
      folds.pop()
      return finished(folds, derivation.spec, false)
    }
  }
  return finished(folds, derivation.spec, true)
}

type Place = Pick<Candle, 'openMs' | 'closeMs' | 'dayMs' | 'index'> & { readonly key: string }

function placeOf(part: Candle, spec: IntervalSpec): Place {
  if (spec.kind === 'time') {
    const openMs = Math.floor(part.openMs / spec.lengthMs) * spec.lengthMs
    const closeMs = openMs + spec.lengthMs
    return { openMs, closeMs, dayMs: 0, index: 0, key: String(openMs) }
  }
  const size = Number.parseInt(part.interval, 10)
  const index = Math.floor((part.index * size) / spec.tradesPerCandle)
  const { openMs, closeMs, dayMs } = part
  return { openMs, closeMs, dayMs, index, key: `${dayMs}:${index}` }
}

function finished(folds: readonly CandleFold[], spec: IntervalSpec, complete: boolean): Derived {
  return { candles: folds.map((fold) => fold.candle(spec)).reverse(), complete }
}

/** One coarser candle, taking its parts from newest to oldest. */
class CandleFold {
  readonly key: string
  readonly #place: Place
  readonly #newest: Candle
  readonly #isLaterFinal: boolean
  readonly #finest: number
  readonly #volume: VolumeSum
  readonly #buyVolume: VolumeSum
  #oldest: Candle
  #high: number
  #low: number
  #trades: number
  #revision: number
  #isFromVenue: boolean
  #state: LedgerState

  constructor(place: Place, newest: Candle, isLaterFinal: boolean, { finest }: Derivation) {
    this.key = place.key
    this.#place = place
    this.#newest = newest
    this.#oldest = newest
    this.#isLaterFinal = isLaterFinal
    this.#finest = finest
    this.#volume = new VolumeSum()
    this.#buyVolume = new VolumeSum()
    this.#high = newest.high
    this.#low = newest.low
    this.#trades = 0
    this.#revision = 0
    this.#isFromVenue = false
    this.#state = newest.state
    this.prepend(newest)
  }

  prepend(part: Candle): void {
    this.#oldest = part
    this.#high = Math.max(this.#high, part.high)
    this.#low = Math.min(this.#low, part.low)
    this.#volume.add(part.volume, this.#finest)
    this.#buyVolume.add(part.buyVolume, this.#finest)
    this.#trades += part.trades
    this.#revision += part.revision
    this.#isFromVenue ||= part.source === 'venue'
    this.#state = worseState(this.#state, part.state)
  }

  candle(spec: IntervalSpec): Candle {
    const { openMs, closeMs, dayMs, index } = this.#place
    return {
      instrument: this.#newest.instrument,
      interval: spec.interval,
      openMs: spec.kind === 'time' ? openMs : this.#oldest.openMs,
      closeMs,
      dayMs,
      index,
      open: this.#oldest.open,
      high: this.#high,
      low: this.#low,
      close: this.#newest.close,
      volume: this.#volume.value(),
      buyVolume: this.#buyVolume.value(),
      trades: this.#trades,
      firstOrder: this.#oldest.firstOrder,
      lastOrder: this.#newest.lastOrder,
      revision: this.#revision,
      final: this.#isFinal(spec),
      source: this.#isFromVenue ? 'venue' : 'trades',
      state: this.#state
    }
  }

  /** Its end has passed when its last part is final and reaches it, or something later is final. */
  #isFinal(spec: IntervalSpec): boolean {
    if (this.#isLaterFinal) return true
    if (spec.kind === 'tick') return this.#trades === spec.tradesPerCandle
    return this.#newest.final && this.#newest.closeMs === this.#place.closeMs
  }
}

/** Adds volumes exactly, as long as each tells its exact sum. */
class VolumeSum {
  readonly #exact: DecimalSum = emptySum()
  #isExact = true
  #rounded = 0

  add(value: number, finest: number): void {
    this.#rounded += value
    const exact = restoreSum(value, finest)
    if (exact === null) this.#isExact = false
    else addSum(this.#exact, exact)
  }

  value(): number {
    return this.#isExact ? sumValue(this.#exact) : this.#rounded
  }
}
