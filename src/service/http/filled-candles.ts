import type { Candle } from '../../core/market/candle.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import { stateOver } from '../../core/market/ledger/tile-ledger.ts'
import { candleShapeOf } from '../../contracts/market-shapes.ts'
import type { CandleShape } from '../../contracts/shapes.ts'

/** What every slot of a stretch is filled from. */
export type FillSource = {
  /** Length of a slot. */
  readonly lengthMs: number
  /** Multiples of `lengthMs`. */
  readonly fromMs: number
  readonly toMs: number
  /** Candles of the stretch, oldest first. */
  readonly candles: readonly Candle[]
  /** The candle before the stretch, whose close is carried into it; null where there is none. */
  readonly before: Candle | null
  /** What the ledger says of the stretch, oldest first. */
  readonly ranges: readonly LedgerRange[]
}

/**
 * Gives a candle for each slot of a stretch, oldest first: where nothing traded the last close, without
 * volume, in the state of the ledger. Slots before the first known price are left out.
 */
export function fillCandles(source: FillSource): CandleShape[] {
  const { lengthMs, toMs, candles, ranges } = source
  const candleAt = new Map(candles.map((candle) => [candle.openMs, candle]))
  const filled: CandleShape[] = []
  let last = source.before
  let first = 0
  for (let openMs = source.fromMs; openMs < toMs; openMs += lengthMs) {
    const candle = candleAt.get(openMs)
    last = candle ?? last
    if (last === null) continue
    while ((ranges[first]?.toMs ?? Infinity) <= openMs) first += 1
    if (candle === undefined) {
      const touching = rangesUntil(ranges, first, openMs + lengthMs)
      filled.push(emptyCandle(last, openMs, stateOver(touching, openMs, openMs + lengthMs)))
    } else filled.push(candleShapeOf(candle))
  }
  return filled
}

function emptyCandle(last: Candle, openMs: number, state: LedgerRange['state']): CandleShape {
  const { close } = last
  const prices = { open: close, high: close, low: close, close }
  return {
    ...candleShapeOf(last),
    ...prices,
    openMs,
    volume: 0,
    buyVolume: 0,
    trades: 0,
    state: state === 'complete' ? 'quiet' : state,
    final: state !== 'open'
  }
}

function rangesUntil(
  ranges: readonly LedgerRange[],
  from: number,
  endMs: number
): readonly LedgerRange[] {
  let to = from
  while ((ranges[to]?.fromMs ?? Infinity) < endMs) to += 1
  return ranges.slice(from, to)
}
