import type { Candle } from '../../core/market/candle.ts'
import { compareCandles } from '../../core/market/candle-order.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval } from '../../core/market/interval.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'
import { LatelyTold } from './lately-told.ts'

const minuteMs = 60_000
/** More tick candles than a day can have. Days begin with a minute. */
const mostIndexes = 2 ** 24

/** Candles of one series, by place: `built` are those that their builder is done with. */
type Series = {
  readonly forming: Map<number, Candle>
  readonly built: Map<number, Candle>
  readonly told: LatelyTold
  /** Told ones, and the places of others, that changed since the last take. */
  readonly changed: Map<number, Candle | null>
}

/** What the ledger of the tape says of a candle. */
export type StateOf = (candle: Candle) => LedgerState

/**
 * Turns changing candles into told ones: each once when its builder is done with it and the ledger no
 * longer calls its time open, and again when a late trade revised it or a gap was found over it.
 *
 * Bounds: candles that are not final, those in open gaps, those told of late, and what became final or
 * changed between two takes.
 */
export class PlayedCandles {
  readonly #series = new Map<InstrumentId, Map<Interval, Series>>()
  /** Those with built candles. */
  readonly #waiting = new Set<Series>()
  readonly #stateOf: StateOf
  readonly #followsChanges: boolean

  /** @param followsChanges `takeChanged` is called too. */
  constructor(stateOf: StateOf, followsChanges = false) {
    this.#stateOf = stateOf
    this.#followsChanges = followsChanges
  }

  note(candles: readonly Candle[]): void {
    for (const candle of candles) {
      const series = this.#seriesOf(candle)
      const place = placeOf(candle)
      if (candle.final) {
        series.forming.delete(place)
        series.built.set(place, candle)
        this.#waiting.add(series)
      } else {
        if (series.built.size > 0) series.built.delete(place)
        series.forming.set(place, candle)
      }
      if (this.#followsChanges) series.changed.set(place, null)
    }
  }

  /** The ledger says something else of an instrument: told candles of which it does are to be told again. */
  judgeAnew(instrument: InstrumentId): void {
    for (const series of this.#series.get(instrument)?.values() ?? []) {
      for (const [place, candle] of series.told) {
        const isOther = !series.built.has(place) && this.#stateOf(candle) !== candle.state
        if (!isOther) continue
        series.built.set(place, candle)
        if (this.#followsChanges) series.changed.set(place, null)
        this.#waiting.add(series)
      }
    }
  }

  /** Takes what is final, by end, instrument and interval. */
  takeFinal(): readonly Candle[] {
    const final: Candle[] = []
    for (const series of this.#waiting) {
      for (const [place, candle] of series.built) {
        const state = this.#stateOf(candle)
        if (state === 'open') continue
        series.built.delete(place)
        const told = { ...candle, state }
        series.told.put(place, told)
        final.push(told)
        if (this.#followsChanges) series.changed.set(place, told)
      }
      if (series.built.size === 0) this.#waiting.delete(series)
    }
    return final.sort(compareCandles)
  }

  /** What is not final, as it stands, in the same order. */
  open(): readonly Candle[] {
    const all = [...this.#series.values()].flatMap((byInterval) => [...byInterval.values()])
    return all.flatMap((series) => this.#openOf(series)).sort(compareCandles)
  }

  /** The same of one series, in no order. */
  openOf(instrument: InstrumentId, interval: Interval): readonly Candle[] {
    const series = this.#series.get(instrument)?.get(interval)
    return series === undefined ? [] : this.#openOf(series)
  }

  /** What changed since the last take, each candle once, as it stands; in no order. */
  takeChanged(): readonly Candle[] {
    const all = [...this.#series.values()].flatMap((byInterval) => [...byInterval.values()])
    return all.flatMap((series) => {
      const changed = [...series.changed].flatMap(([place, told]) => {
        if (told !== null) return told
        const candle = series.built.get(place) ?? series.forming.get(place)
        return candle === undefined ? [] : this.#asOpen(candle)
      })
      series.changed.clear()
      return changed
    })
  }

  /** The same candles by the word of another ledger; nothing of them has changed yet. */
  copy(stateOf: StateOf): PlayedCandles {
    const copied = new PlayedCandles(stateOf, this.#followsChanges)
    for (const [instrument, byInterval] of this.#series) {
      const all = new Map<Interval, Series>()
      copied.#series.set(instrument, all)
      for (const [interval, { forming, built, told }] of byInterval) {
        const series: Series = {
          forming: new Map(forming),
          built: new Map(built),
          told: told.copy(),
          changed: new Map()
        }
        all.set(interval, series)
        if (built.size > 0) copied.#waiting.add(series)
      }
    }
    return copied
  }

  #openOf({ built, forming }: Series): readonly Candle[] {
    return [...built.values(), ...forming.values()].map((candle) => this.#asOpen(candle))
  }

  #asOpen(candle: Candle): Candle {
    return { ...candle, final: false, state: this.#stateOf(candle) }
  }

  #seriesOf({ instrument, interval }: Candle): Series {
    const byInterval = this.#series.get(instrument) ?? new Map<Interval, Series>()
    const series = byInterval.get(interval)
    if (series !== undefined) return series
    const begun: Series = {
      forming: new Map(),
      built: new Map(),
      told: new LatelyTold(),
      changed: new Map()
    }
    this.#series.set(instrument, byInterval)
    byInterval.set(interval, begun)
    return begun
  }
}

/** A candle's place in its series as one number: its begin, or day and index of a tick candle. */
export function placeOf({ dayMs, index, openMs }: Candle): number {
  return dayMs === 0 ? openMs : (dayMs / minuteMs) * mostIndexes + index
}
