import { candleShapeOf } from '../../contracts/market-shapes.ts'
import { toldCandle } from '../../core/pipeline/pipeline.ts'
import type { Candle } from '../../core/market/candle.ts'
import { compareCandles } from '../../core/market/candle-order.ts'

/**
 * Turns changing candles into lines: each once, when its builder is done with it, and again when a late
 * trade revised it; one over a gap is not told as final. The order is that of time, whatever the order in which changes were told.
 *
 * Bounds: candles not final, and what became final between two takes.
 */
export class CandleLines {
  readonly #open = new Map<string, Candle>()
  readonly #final = new Map<string, Candle>()
  #taken = 0

  /** Lines handed out. */
  get taken(): number {
    return this.#taken
  }

  note(candles: readonly Candle[]): void {
    for (const candle of candles) {
      const key = keyOf(candle)
      if (candle.final) {
        this.#open.delete(key)
        this.#final.set(key, candle)
      } else {
        this.#final.delete(key)
        this.#open.set(key, candle)
      }
    }
  }

  /** Takes what became final since the last take. */
  takeFinal(): readonly string[] {
    return this.#take(this.#final)
  }

  /** Takes what is not final, at the end. */
  takeOpen(): readonly string[] {
    return this.#take(this.#open)
  }

  #take(candles: Map<string, Candle>): readonly string[] {
    const lines = [...candles.values()]
      .sort(compareCandles)
      .map((candle) => JSON.stringify(candleShapeOf(toldCandle(candle))))
    candles.clear()
    this.#taken += lines.length
    return lines
  }
}

function keyOf({ instrument, interval, dayMs, index, openMs }: Candle): string {
  const place = interval.endsWith('t') ? `${dayMs} ${index}` : openMs
  return `${instrument} ${interval} ${place}`
}
