import type { SimCandle, SimInstrument, SimMarket } from '../market.ts'
import { openOf, pieceMs, shiftOpen, type KlineInterval } from './kline-interval.ts'

/** A candle with turnover. The market keeps none: it is the volume at the candle's middle price. */
export type KlineRow = SimCandle & { readonly turnover: number }

export type KlineSpan = {
  readonly interval: KlineInterval
  /** An open; the first candle. */
  readonly fromMs: number
  /** An open; the last candle. */
  readonly lastMs: number
}

/** How far back the price before the first candle is looked for. */
const carryCandles = 500

function merge(openMs: number, pieces: readonly SimCandle[], carried: number): SimCandle {
  const [first] = pieces
  const last = pieces.at(-1)
  if (first === undefined || last === undefined) {
    return { openMs, open: carried, high: carried, low: carried, close: carried, volume: 0 }
  }
  return {
    openMs,
    open: first.open,
    high: Math.max(...pieces.map((piece) => piece.high)),
    low: Math.min(...pieces.map((piece) => piece.low)),
    close: last.close,
    volume: pieces.reduce((sum, piece) => sum + piece.volume, 0)
  }
}

function withTurnover(candle: SimCandle): KlineRow {
  const middle = (candle.open + candle.high + candle.low + candle.close) / 4
  return { ...candle, turnover: candle.volume * middle }
}

function closeBefore(
  market: SimMarket,
  instrument: SimInstrument,
  { fromMs, pieceLengthMs }: { readonly fromMs: number; readonly pieceLengthMs: number }
): number | null {
  const earliestMs = fromMs - carryCandles * pieceLengthMs
  return market.candles(instrument.id, pieceLengthMs, earliestMs, fromMs).at(-1)?.close ?? null
}

/**
 * Builds the candles of a span, ascending and without holes: where nothing traded, the last price
 * stands. Before the first price there are none, but the last candle is always there.
 */
export function klineRows(
  market: SimMarket,
  instrument: SimInstrument,
  { interval, fromMs, lastMs }: KlineSpan
): KlineRow[] {
  const pieceLengthMs = pieceMs(interval)
  const endMs = shiftOpen(interval, lastMs, 1)
  const pieces = new Map<number, SimCandle[]>()
  for (const piece of market.candles(instrument.id, pieceLengthMs, fromMs, endMs)) {
    const openMs = openOf(interval, piece.openMs)
    const together = pieces.get(openMs)
    if (together === undefined) pieces.set(openMs, [piece])
    else together.push(piece)
  }
  let carried: number | null = null
  const rows: KlineRow[] = []
  for (let openMs = fromMs; openMs <= lastMs; openMs = shiftOpen(interval, openMs, 1)) {
    const traded = pieces.get(openMs) ?? []
    if (traded.length === 0) {
      carried ??= closeBefore(market, instrument, { fromMs, pieceLengthMs })
      if (carried === null && openMs < lastMs) continue
    }
    const fallback = Number(market.state(instrument.id).open24hText)
    const candle = merge(openMs, traded, carried ?? fallback)
    carried = candle.close
    rows.push(withTurnover(candle))
  }
  return rows
}
