import type { Candle } from '../../core/market/candle.ts'
import { candleOf, volumesOf } from '../../core/market/candle-cell.ts'
import type { RebuildRequest, RebuildResult, StoredDay } from '../../core/market/rebuild.ts'
import type { ArrivedTrade } from '../../core/market/trade-order.ts'
import { compareOrders, orderOf } from '../../core/market/trade-order.ts'
import type { TradingDay } from '../../core/market/trading-day.ts'
import { dayRuleOf } from './day-rule.ts'
import type { Finality, RebuildTrades } from './rebuild-candles.ts'
import { rebuildTickCandles, rebuildTimeCandles } from './rebuild-candles.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { StoredTrades, TimeRange } from './stored-trades.ts'

/** Which trades count, and when candles are final. */
export type PlayedRebuild = {
  readonly isPlayed: (eventMs: number, arrival: number) => boolean
  readonly finality: Finality
  /** How many of a day's last trades are handed back. */
  readonly tail: number
}

/** Builds candles of those stored trades that a replay has played, as the writer does of all. */
export function rebuildPlayed(
  stored: StoredTrades,
  of: StoredInstrument,
  request: RebuildRequest,
  { isPlayed, finality, tail }: PlayedRebuild
): Omit<RebuildResult, 'beforeArrival'> {
  const trades = new PlayedTrades(stored, isPlayed)
  if (request.kind === 'time') {
    const cells = rebuildTimeCandles(trades, of, request, finality)
    return { request, candles: cells.map(candleOf), volumes: cells.map(volumesOf), day: null }
  }
  const day = dayRuleOf(of)(request.dayMs)
  const candles: Candle[] = rebuildTickCandles(trades, of, { request, day, finality }).map(candleOf)
  return { request, candles, volumes: [], day: trades.day(of, day, tail) }
}

class PlayedTrades implements RebuildTrades {
  readonly #stored: StoredTrades
  readonly #isPlayed: PlayedRebuild['isPlayed']

  constructor(stored: StoredTrades, isPlayed: PlayedRebuild['isPlayed']) {
    this.#stored = stored
    this.#isPlayed = isPlayed
  }

  inRange(of: StoredInstrument, range: TimeRange): Iterable<ArrivedTrade> {
    return this.#played(this.#stored.inRange(of, range))
  }

  *ordered(of: StoredInstrument, day: TradingDay, skip: number): Generator<ArrivedTrade> {
    let skipped = 0
    for (const arrived of this.#played(this.#stored.ordered(of, day, 0))) {
      if (skipped === skip) yield arrived
      else skipped += 1
    }
  }

  countBefore(
    of: StoredInstrument,
    day: TradingDay,
    place: { readonly major: number; readonly minor: number }
  ): number {
    let count = 0
    for (const arrived of this.inRange(of, day)) {
      if (compareOrders(orderOf(arrived, of.tradeIds), place) < 0) count += 1
    }
    return count
  }

  day(of: StoredInstrument, day: TradingDay, tail: number): StoredDay {
    const last: ArrivedTrade[] = []
    let trades = 0
    for (const arrived of this.ordered(of, day, 0)) {
      trades += 1
      last.push(arrived)
      if (last.length >= 2 * tail) last.splice(0, last.length - tail)
    }
    return { trades, tail: last.slice(-tail) }
  }

  *#played(trades: Iterable<ArrivedTrade>): Generator<ArrivedTrade> {
    for (const arrived of trades) {
      if (this.#isPlayed(arrived.trade.eventMs, arrived.arrival)) yield arrived
    }
  }
}
