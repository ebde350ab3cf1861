import type { SimCandle, SimInstrument, SimMarket } from '../market.ts'
import { openOf, pieceMs, shiftOpen, type KlineInterval } from './kline-interval.ts'
import { noFlow, together, type TradeFlow, type TradeFlows } from './trade-flows.ts'

/** One candle as the venue tells it. */
export type KlineRow = SimCandle & TradeFlow & { readonly endMs: number }

export type KlineSpan = {
  readonly interval: KlineInterval
  /** An open; the first candle. */
  readonly fromMs: number
  /** An open; the last candle. */
  readonly lastMs: number
}

export type KlineSource = { readonly market: SimMarket; readonly flows: TradeFlows }

/** How far back the price before the first candle is looked for. */
const carryCandles = 500
/** Base units; less than any trade. */
const nothing = 1e-10
/** Made-up minutes know no trades: so much of their volume is one. */
const tradesPerMadeUpVolume = 40

/**
 * Builds the candles of a span, ascending and without holes: where nothing traded the last price stands,
 * with volume 0. Before the first price there are none.
 */
export function klineRows(
  { market, flows }: KlineSource,
  instrument: SimInstrument,
  { interval, fromMs, lastMs }: KlineSpan
): KlineRow[] {
  const lengthMs = pieceMs(interval)
  const keyOf = (atMs: number) => openOf(interval, atMs)
  const toMs = shiftOpen(interval, lastMs, 1)
  const pieces = Map.groupBy(market.candles(instrument.id, lengthMs, fromMs, toMs), ({ openMs }) =>
    keyOf(openMs)
  )
  const by = lengthMs < 60_000 ? 'second' : 'minute'
  const known = flows.sum(instrument.id, { by, fromMs, toMs, keyOf })
  const rows: KlineRow[] = []
  let carried = pieces.has(fromMs) ? null : closeBefore(market, instrument, { fromMs, lengthMs })
  for (let openMs = fromMs; openMs <= lastMs; openMs = shiftOpen(interval, openMs, 1)) {
    const candle = merge(openMs, pieces.get(openMs) ?? [], carried)
    if (candle === null) continue
    carried = candle.close
    const flow = fill(known.get(openMs) ?? noFlow, candle)
    const { volume } = candle
    rows.push({ ...flow, ...candle, volume, endMs: shiftOpen(interval, openMs, 1) })
  }
  return rows
}

function merge(
  openMs: number,
  pieces: readonly SimCandle[],
  carried: number | null
): SimCandle | null {
  const [first] = pieces
  const last = pieces.at(-1)
  if (first === undefined || last === undefined) {
    if (carried === null) return null
    return { openMs, open: carried, high: carried, low: carried, close: carried, volume: 0 }
  }
  return {
    openMs,
    open: first.open,
    high: Math.max(...pieces.map(({ high }) => high)),
    low: Math.min(...pieces.map(({ low }) => low)),
    close: last.close,
    volume: pieces.reduce((sum, { volume }) => sum + volume, 0)
  }
}

/** Makes up what is not known of a candle's volume: the part from before the server began. */
function fill(known: TradeFlow, { open, high, low, close, volume }: SimCandle): TradeFlow {
  const rest = volume - known.volume
  if (rest <= nothing) return known
  const quote = (rest * (open + high + low + close)) / 4
  const share = high > low ? 0.3 + (0.4 * (close - low)) / (high - low) : 0.5
  return together(known, {
    trades: tradesPerMadeUpVolume,
    volume: rest,
    quote,
    buyVolume: rest * share,
    buyQuote: quote * share,
    firstId: Infinity,
    lastId: -Infinity
  })
}

function closeBefore(
  market: SimMarket,
  instrument: SimInstrument,
  { fromMs, lengthMs }: { readonly fromMs: number; readonly lengthMs: number }
): number | null {
  const earliestMs = fromMs - carryCandles * lengthMs
  return market.candles(instrument.id, lengthMs, earliestMs, fromMs).at(-1)?.close ?? null
}
