import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimInstrument } from '../market.ts'
import type { OrderBooks } from './order-books.ts'
import { StreamChannel, type StreamFeed, type StreamListener } from './stream-channel.ts'

/** `<s>@bookTicker`: best bid and ask whenever one of them moves; without a type and without a time. */
export class QuoteFeed implements StreamFeed {
  readonly #books: OrderBooks
  readonly #channel = new StreamChannel('bookTicker')

  constructor(books: OrderBooks) {
    this.#books = books
  }

  join(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.join(listener, instrument)
  }

  leave(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.leave(listener, instrument)
  }

  /** The best levels may have moved. */
  moved(id: InstrumentId): void {
    const instrument = this.#channel.find(id)
    if (instrument === null) return
    const top = this.#books.topIfMoved(id)
    if (top === null) return
    const { updateId, bid, ask } = top
    this.#channel.publish(
      instrument,
      () =>
        `{"u":${updateId},"s":"${instrument.venueSymbol}","b":"${bid[0]}","B":"${bid[1]}","a":"${ask[0]}","A":"${ask[1]}"}`
    )
  }

  close(): void {
    // It has no timers.
  }
}
