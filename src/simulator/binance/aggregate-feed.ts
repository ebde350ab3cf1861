import type { SimInstrument, SimMarket } from '../market.ts'
import type { AggregateTrade } from './aggregate-log.ts'
import { decimalText, eightDecimals } from './decimal-text.ts'
import { StreamChannel, type StreamFeed, type StreamListener } from './stream-channel.ts'
import { stamp } from './time-unit.ts'

/** `<s>@aggTrade`: what one taker order filled at one price. */
export class AggregateFeed implements StreamFeed {
  readonly #market: SimMarket
  readonly #channel = new StreamChannel('aggTrade')

  constructor(market: SimMarket) {
    this.#market = market
  }

  join(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.join(listener, instrument)
  }

  leave(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.leave(listener, instrument)
  }

  closed(aggregate: AggregateTrade): void {
    const instrument = this.#channel.find(aggregate.instrument)
    if (instrument === null) return
    const { id, firstId, lastId, eventMs, priceText, size, takerSide } = aggregate
    const nowMs = Math.max(this.#market.nowMs(), eventMs)
    const price = eightDecimals(priceText)
    this.#channel.publish(
      instrument,
      (unit) =>
        `{"e":"aggTrade","E":${stamp(nowMs, unit)},"s":"${instrument.venueSymbol}","a":${id},"p":"${price}","q":"${decimalText(size)}","f":${firstId},"l":${lastId},"T":${stamp(eventMs, unit)},"m":${takerSide === 'sell'},"M":true}`
    )
  }

  close(): void {
    // It has no timers.
  }
}
