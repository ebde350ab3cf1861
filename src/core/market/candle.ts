import type { InstrumentId } from './instrument.ts'
import type { Interval } from './interval.ts'
import type { LedgerState } from './ledger/ledger-state.ts'

/**
 * Place of a trade among the trades of its instrument: by id where ids order them, else by time and
 * arrival. Compared first by `major`, then by `minor`.
 */
export type TradeOrder = {
  /** Trade id (ids order trades) or venue time in epoch ms. */
  readonly major: number
  /** 0, or the ordinal of arrival within the run's stored trades. */
  readonly minor: number
}

/**
 * Open, high, low, close and volume over [openMs, closeMs) for time candles, or of N trades.
 *
 * Time candles without a trade do not exist. Identity is (instrument, interval, openMs) for time
 * candles and (instrument, interval, dayMs, index) for tick candles.
 */
export type Candle = {
  readonly instrument: InstrumentId
  readonly interval: Interval
  /** Time candles: multiple of the interval. Tick candles: time of the first trade. */
  readonly openMs: number
  /** Time candles: openMs + interval. Tick candles: time of the last trade so far. */
  readonly closeMs: number
  /** Start of the day that tick counting belongs to (00:00 UTC, or the session's open); 0 for time candles. */
  readonly dayMs: number
  /** Which N trades of the day, floor(k / N); 0 for time candles. */
  readonly index: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Base units. */
  readonly volume: number
  /** Part of the volume whose aggressor bought; trades of unknown side count in neither. */
  readonly buyVolume: number
  /** Number of trades, at least 1, or 0 when a venue's candle does not tell. */
  readonly trades: number
  readonly firstOrder: TradeOrder
  readonly lastOrder: TradeOrder
  /** Counts changes after the candle first closed; 0 while none happened. */
  readonly revision: number
  /** True once its end lies behind the run clock's grace (time) or it holds N trades (tick). */
  readonly final: boolean
  /** `trades`: built here. `venue`: fetched from the venue's own candles. */
  readonly source: 'trades' | 'venue'
  readonly state: LedgerState
}
