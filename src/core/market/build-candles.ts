import type { CandleCell, CandleSeries } from './candle-cell.ts'
import { candleOf, emptyCell, mergeTrade } from './candle-cell.ts'
import type { Candle } from './candle.ts'
import { SizeScale } from './decimal-sum.ts'
import type { InstrumentId } from './instrument.ts'
import type { IntervalSpec } from './interval.ts'
import type { TradeEntry } from './trade-entry.ts'
import { emptyEntry, fillEntry } from './trade-entry.ts'
import type { ArrivedTrade, TradeIds } from './trade-order.ts'
import { compareOrders } from './trade-order.ts'
import type { DayRule } from './trading-day.ts'
import { rememberingDay } from './trading-day.ts'

/** What candles are built from. */
export type BuildRequest = {
  readonly instrument: InstrumentId
  readonly tradeIds: TradeIds
  readonly spec: IntervalSpec
  /** Which day a trade counts in, for tick candles. */
  readonly dayOf: DayRule
  /** In any order, without repeats and without flagged ones. */
  readonly trades: readonly ArrivedTrade[]
  /**
   * Tick candles only: how many trades of the first trade's day come before those given; a multiple
   * of N, or the first candle is wrong.
   */
  readonly tradesBefore: number
  /** With the grace it decides which candles are final. */
  readonly runNowMs: number
  readonly graceMs: number
}

/**
 * Builds the candles of stored trades from scratch, ascending; the same as the live builders end up
 * with, whatever order the trades came in. Revisions are 0.
 */
export function buildCandles(request: BuildRequest): Candle[] {
  return buildCells(request).map(candleOf)
}

/** The same, with the exact volumes of each. */
export function buildCells(request: BuildRequest): CandleCell[] {
  const scale = new SizeScale(null)
  const entries = request.trades.map((arrived) => entryOf(arrived, request.tradeIds, scale))
  entries.sort(compareOrders)
  const { spec } = request
  return spec.kind === 'time'
    ? timeCells(entries, request, spec)
    : tickCells(entries, request, spec)
}

function entryOf(arrived: ArrivedTrade, tradeIds: TradeIds, scale: SizeScale): TradeEntry {
  const entry = emptyEntry()
  fillEntry(entry, arrived.trade, arrived.arrival, { tradeIds, scale })
  return entry
}

function timeCells(
  entries: readonly TradeEntry[],
  request: BuildRequest,
  spec: IntervalSpec & { readonly kind: 'time' }
): CandleCell[] {
  const cells = new Map<number, CandleCell>()
  for (const entry of entries) {
    const openMs = Math.floor(entry.eventMs / spec.lengthMs) * spec.lengthMs
    const place = { openMs, closeMs: openMs + spec.lengthMs, dayMs: 0, index: 0 }
    const cell = cells.get(openMs) ?? emptyCell(seriesOf(request), place)
    cells.set(openMs, cell)
    mergeTrade(cell, entry)
    cell.isFinal = cell.closeMs + request.graceMs <= request.runNowMs
  }
  return [...cells.values()].sort((a, b) => a.openMs - b.openMs)
}

function tickCells(
  entries: readonly TradeEntry[],
  request: BuildRequest,
  spec: IntervalSpec & { readonly kind: 'tick' }
): CandleCell[] {
  const cells: CandleCell[] = []
  const counted = new Map<number, number>()
  const newest = new Map<number, CandleCell>()
  const dayOf = rememberingDay(request.dayOf)
  for (const entry of entries) {
    const day = dayOf(entry.eventMs)
    const before = counted.size === 0 ? request.tradesBefore : 0
    const ordinal = counted.get(day.fromMs) ?? before
    const index = Math.floor(ordinal / spec.tradesPerCandle)
    const place = { openMs: entry.eventMs, closeMs: 0, dayMs: day.fromMs, index }
    let cell = newest.get(day.fromMs)
    if (cell?.index !== index) {
      cell = emptyCell(seriesOf(request), place)
      newest.set(day.fromMs, cell)
      cells.push(cell)
    }
    counted.set(day.fromMs, ordinal + 1)
    cell.closeMs = entry.eventMs
    mergeTrade(cell, entry)
    const isDayOver = day.toMs + request.graceMs <= request.runNowMs
    cell.isFinal = cell.trades === spec.tradesPerCandle || isDayOver
  }
  return cells.sort((a, b) => a.dayMs - b.dayMs || a.index - b.index)
}

function seriesOf(request: BuildRequest): CandleSeries {
  return { instrument: request.instrument, interval: request.spec.interval }
}
