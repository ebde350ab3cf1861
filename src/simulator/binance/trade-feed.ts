import type { SimInstrument, SimMarket, SimTrade, SimTruth } from '../market.ts'
import { eightDecimals } from './decimal-text.ts'
import { StreamChannel, type StreamFeed, type StreamListener } from './stream-channel.ts'
import { stamp } from './time-unit.ts'

/** `<s>@trade`: every trade at once, alone in its frame. Nothing older comes first. */
export class BinanceTradeFeed implements StreamFeed {
  readonly #market: SimMarket
  readonly #truth: SimTruth
  readonly #channel = new StreamChannel('trade')

  constructor(market: SimMarket, truth: SimTruth) {
    this.#market = market
    this.#truth = truth
  }

  join(listener: StreamListener, instrument: SimInstrument): void {
    if (!this.#channel.join(listener, instrument)) return
    this.#truth.subscribed(listener.id, instrument.id)
  }

  leave(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.leave(listener, instrument)
    this.#truth.unsubscribed(listener.id, instrument.id)
  }

  trade(trade: SimTrade): void {
    const instrument = this.#channel.find(trade.instrument)
    if (instrument === null) return
    const nowMs = Math.max(this.#market.nowMs(), trade.eventMs)
    const { id, eventMs, takerSide } = trade
    const price = eightDecimals(trade.priceText)
    const size = eightDecimals(trade.sizeText)
    this.#channel.publish(
      instrument,
      (unit) =>
        `{"e":"trade","E":${stamp(nowMs, unit)},"s":"${instrument.venueSymbol}","t":${id},"p":"${price}","q":"${size}","T":${stamp(eventMs, unit)},"m":${takerSide === 'sell'},"M":true}`,
      (listener) => {
        this.#truth.sent(listener.id, trade)
      }
    )
  }

  close(): void {
    // It has no timers.
  }
}
