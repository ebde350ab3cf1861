import type { SimInstrument } from '../market.ts'
import { decimalText } from './decimal-text.ts'
import type { KlineInterval } from './kline-interval.ts'
import type { KlineRow } from './kline-rows.ts'
import { stamp, stampBefore, type TimeUnit } from './time-unit.ts'

/** Ids of candles in which nothing traded, or whose trades nobody knows. */
const noId = -1

function idOf(id: number): number {
  return Number.isFinite(id) ? id : noId
}

/** Payload of a kline stream. */
export function klineEvent(
  row: KlineRow,
  of: {
    readonly instrument: SimInstrument
    readonly interval: KlineInterval
    readonly nowMs: number
    readonly unit: TimeUnit
  }
): string {
  const { instrument, interval, nowMs, unit } = of
  return JSON.stringify({
    e: 'kline',
    E: stamp(nowMs, unit),
    s: instrument.venueSymbol,
    k: {
      t: stamp(row.openMs, unit),
      T: stampBefore(row.endMs, unit),
      s: instrument.venueSymbol,
      i: interval.name,
      f: idOf(row.firstId),
      L: idOf(row.lastId),
      o: decimalText(row.open),
      c: decimalText(row.close),
      h: decimalText(row.high),
      l: decimalText(row.low),
      v: decimalText(row.volume),
      n: row.trades,
      x: row.endMs <= nowMs,
      q: decimalText(row.quote),
      V: decimalText(row.buyVolume),
      Q: decimalText(row.buyQuote),
      B: '0'
    }
  })
}

/** Row of the REST answer. */
export function klineArray(row: KlineRow): (string | number)[] {
  return [
    row.openMs,
    decimalText(row.open),
    decimalText(row.high),
    decimalText(row.low),
    decimalText(row.close),
    decimalText(row.volume),
    row.endMs - 1,
    decimalText(row.quote),
    row.trades,
    decimalText(row.buyVolume),
    decimalText(row.buyQuote),
    '0'
  ]
}
