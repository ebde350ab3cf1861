import type { Candle } from '../../core/market/candle.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import { stateOver, tileLedger } from '../../core/market/ledger/tile-ledger.ts'
import type { TimeRange } from './stored-trades.ts'
import type { StoredLedger } from './store.ts'

/** A tick candle whose trades are of one moment takes up this much of it, ms. */
const momentMs = 0.001

/**
 * Gives candles the state of their stretch, and takes back that one is final while its stretch is open.
 *
 * What lies behind the newest coverage is open: it has trades and is not sealed yet. A venue's own
 * candle of which the ledger knows nothing keeps its state. `quiet` and `closed` do not come up: where
 * there is a candle, there were trades. The view v_candle says the same.
 *
 * @param candles Oldest first, of one series.
 * @param ledger Of their stretch, see `stretchOfCandles`.
 */
export function withLedgerStates(candles: readonly Candle[], ledger: StoredLedger): Candle[] {
  const ranges = tileLedger({
    ...ledger,
    ...stretchOfCandles(candles),
    closed: [],
    collectedUntilMs: Infinity
  })
  let first = 0
  return candles.map((candle) => {
    while ((ranges[first]?.toMs ?? Infinity) <= candle.openMs) first += 1
    const touching = ranges.slice(first, endOf(ranges, first, endMsOf(candle)))
    if (candle.source === 'venue' && touching.length === 0) return candle
    const state = stateOver(touching, candle.openMs, endMsOf(candle))
    return { ...candle, state, final: candle.final && state !== 'open' }
  })
}

/** From the first candle's begin to the last one's end; empty without candles. */
export function stretchOfCandles(candles: readonly Candle[]): TimeRange {
  const [first, last] = [candles[0], candles.at(-1)]
  if (first === undefined || last === undefined) return { fromMs: 0, toMs: 0 }
  return { fromMs: first.openMs, toMs: endMsOf(last) }
}

function endMsOf({ openMs, closeMs }: Candle): number {
  return Math.max(closeMs, openMs + momentMs)
}

/** Place after the last range that begins before a moment. */
function endOf(ranges: readonly LedgerRange[], from: number, endMs: number): number {
  let at = from
  while ((ranges[at]?.fromMs ?? Infinity) < endMs) at += 1
  return at
}
