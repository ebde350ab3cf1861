import type { Candle } from '../../core/market/candle.ts'
import { contentOf, intervalSpec, slotOf } from './candle-record.ts'

/** Numbers per candle: instrument, interval code, openMs, closeMs, dayMs, slot or index, 15 of content. */
export const candleStride = 21

/**
 * Candles as they cross the thread border: candleStride numbers each.
 *
 * Copied on sending: memory that both threads share is freed by neither until both collect, and the
 * writer, which makes little garbage, hardly ever does.
 */
export type CandleBlock = { readonly memory: ArrayBuffer; readonly length: number }

/** No candles. */
const noCandles: CandleBlock = { memory: new ArrayBuffer(0), length: 0 }

/**
 * Packs candles into numbers.
 *
 * @param ordinalOf Number of an instrument among those registered.
 */
export function packCandles(
  candles: readonly Candle[],
  ordinalOf: (instrument: Candle['instrument']) => number
): CandleBlock {
  if (candles.length === 0) return noCandles
  const memory = new ArrayBuffer(candles.length * candleStride * 8)
  const values = new Float64Array(memory)
  let at = 0
  for (const candle of candles) {
    const spec = intervalSpec(candle.interval)
    values[at] = ordinalOf(candle.instrument)
    values[at + 1] = spec.kind === 'time' ? spec.lengthMs / 1_000 : -spec.tradesPerCandle
    values[at + 2] = candle.openMs
    values[at + 3] = candle.closeMs
    values[at + 4] = candle.dayMs
    values[at + 5] = spec.kind === 'time' ? slotOf(candle, spec.lengthMs) : candle.index
    values.set(contentOf(candle), at + 6)
    at += candleStride
  }
  return { memory, length: candles.length }
}
