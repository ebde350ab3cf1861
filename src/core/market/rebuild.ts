import type { ExactVolumes } from './candle-cell.ts'
import type { Candle, TradeOrder } from './candle.ts'
import type { InstrumentId } from './instrument.ts'
import type { Interval } from './interval.ts'
import type { ArrivedTrade } from './trade-order.ts'

/**
 * Candles that memory can no longer tell and that must be built again from the stored trades, as
 * revisions. Asking twice is harmless.
 */
export type RebuildRequest =
  /** Time candles with openMs in [fromMs, toMs), both multiples of the interval. */
  | {
      readonly kind: 'time'
      readonly instrument: InstrumentId
      readonly interval: Interval
      readonly fromMs: number
      readonly toMs: number
    }
  /** Tick candles of the day that starts at dayMs, from the one that holds `fromOrder` to the day's last. */
  | {
      readonly kind: 'tick'
      readonly instrument: InstrumentId
      readonly interval: Interval
      readonly dayMs: number
      readonly fromOrder: TradeOrder
    }

/**
 * What the store found when it carried out a request. Counts every stored trade with an arrival
 * before `beforeArrival`, and none other.
 */
export type RebuildResult = {
  readonly request: RebuildRequest
  readonly beforeArrival: number
  /** The rebuilt candles, ascending, as stored. */
  readonly candles: readonly Candle[]
  /** `volumesOf` each of the candles, in their order; time requests only, else empty. */
  readonly volumes: readonly ExactVolumes[]
  /** Tick requests: the day as stored. Null for time requests. */
  readonly day: StoredDay | null
}

/** The trades of one day of an instrument, as far as tick candles need them. */
export type StoredDay = {
  /** How many trades the day holds; flagged ones make no candle and do not count. */
  readonly trades: number
  /** The day's last trades, ascending by TradeOrder: all of them, or at least `tickTailTrades()`. */
  readonly tail: readonly ArrivedTrade[]
}
