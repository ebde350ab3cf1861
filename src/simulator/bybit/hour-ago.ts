import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimInstrument, SimMarket } from '../market.ts'

const hourMs = 3_600_000
const minuteMs = 60_000

/** Prices of an hour ago, looked up once a minute for each instrument. */
export class HourAgoPrices {
  readonly #market: SimMarket
  readonly #known = new Map<InstrumentId, { readonly minute: number; readonly text: string }>()

  constructor(market: SimMarket) {
    this.#market = market
  }

  /** Close of the minute that ended an hour ago; the day's open where nothing traded in it. */
  text(instrument: SimInstrument): string {
    const minute = Math.floor((this.#market.nowMs() - hourMs) / minuteMs) * minuteMs
    const known = this.#known.get(instrument.id)
    if (known?.minute === minute) return known.text
    const candle = this.#market.candles(instrument.id, minuteMs, minute - minuteMs, minute).at(-1)
    const text =
      candle?.close.toFixed(instrument.priceDigits) ?? this.#market.state(instrument.id).open24hText
    this.#known.set(instrument.id, { minute, text })
    return text
  }
}
