import type { CandleCell } from '../../core/market/candle-cell.ts'
import { emptyCell, mergeTrade } from '../../core/market/candle-cell.ts'
import { SizeScale } from '../../core/market/decimal-sum.ts'
import type { RebuildRequest } from '../../core/market/rebuild.ts'
import { emptyEntry, fillEntry } from '../../core/market/trade-entry.ts'
import type { ArrivedTrade } from '../../core/market/trade-order.ts'
import type { TradingDay } from '../../core/market/trading-day.ts'
import { tickSpec, timeSpec } from './candle-record.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { StoredTrades } from './stored-trades.ts'

/** Trades that candles are rebuilt from; see StoredTrades. */
export type RebuildTrades = Pick<StoredTrades, 'inRange' | 'ordered' | 'countBefore'>

/** When candles count as final. */
export type Finality = { readonly runNowMs: number; readonly graceMs: number }

/**
 * Builds the time candles of a request from the stored trades, ascending; one pass, holding candles
 * only, however many trades there are.
 */
export function rebuildTimeCandles(
  trades: RebuildTrades,
  of: StoredInstrument,
  request: RebuildRequest & { readonly kind: 'time' },
  finality: Finality
): CandleCell[] {
  const { instrument, interval } = request
  const { lengthMs } = timeSpec(interval)
  const cells = new Map<number, CandleCell>()
  const read = entryReader(of)
  for (const arrived of trades.inRange(of, request)) {
    const entry = read(arrived)
    const openMs = Math.floor(entry.eventMs / lengthMs) * lengthMs
    const place = { openMs, closeMs: openMs + lengthMs, dayMs: 0, index: 0 }
    const cell = cells.get(openMs) ?? emptyCell({ instrument, interval }, place)
    cells.set(openMs, cell)
    mergeTrade(cell, entry)
    cell.isFinal = cell.closeMs + finality.graceMs <= finality.runNowMs
  }
  return [...cells.values()].sort((a, b) => a.openMs - b.openMs)
}

/** What tick candles are rebuilt from. */
export type TickRebuild = {
  readonly request: RebuildRequest & { readonly kind: 'tick' }
  /** The day of the request. */
  readonly day: TradingDay
  readonly finality: Finality
}

/** Builds the tick candles of a request's day from the one that holds its place on, ascending. */
export function rebuildTickCandles(
  trades: RebuildTrades,
  of: StoredInstrument,
  { request, day, finality }: TickRebuild
): CandleCell[] {
  const { instrument, interval } = request
  const length = tickSpec(interval).tradesPerCandle
  const isDayOver = day.toMs + finality.graceMs <= finality.runNowMs
  const first = Math.floor(trades.countBefore(of, day, request.fromOrder) / length)
  const cells: CandleCell[] = []
  const read = entryReader(of)
  let cell: CandleCell | null = null
  for (const arrived of trades.ordered(of, day, first * length)) {
    const entry = read(arrived)
    if (cell === null || cell.trades === length) {
      const index = first + cells.length
      const place = { openMs: entry.eventMs, closeMs: 0, dayMs: day.fromMs, index }
      cell = emptyCell({ instrument, interval }, place)
      cells.push(cell)
    }
    cell.closeMs = entry.eventMs
    mergeTrade(cell, entry)
    cell.isFinal = isDayOver || cell.trades === length
  }
  return cells
}

function entryReader(of: StoredInstrument) {
  const entry = emptyEntry()
  const rule = { tradeIds: of.tradeIds, scale: new SizeScale(of.lotSize) }
  return ({ trade, arrival }: ArrivedTrade) => {
    fillEntry(entry, trade, arrival, rule)
    return entry
  }
}
