import type { InstrumentId } from '../../core/market/instrument.ts'
import { Coalescer } from '../http/coalescer.ts'
import type { SimInstrument, SimMarket } from '../market.ts'
import { bookChanges, type BookView, type OrderBooks } from './order-books.ts'
import { StreamChannel, type StreamFeed, type StreamListener } from './stream-channel.ts'
import { stamp } from './time-unit.ts'

export type DepthFeedsDeps = {
  readonly market: SimMarket
  readonly books: OrderBooks
  readonly everyMs: number
  /** What stands behind the symbol in the names of the streams of changes: `depth@100ms`. */
  readonly changeKinds: readonly string[]
  /** And of those of whole top levels, by their number. */
  readonly partialKinds: ReadonlyMap<string, number>
}

/**
 * The book streams of one cadence, changes and top levels. They go out together, so that both name the
 * same update id; nothing goes out while the book stands still.
 */
export class DepthFeeds {
  readonly #deps: DepthFeedsDeps
  /** By kind. */
  readonly byKind: ReadonlyMap<string, StreamFeed>
  readonly #changes: readonly StreamChannel[]
  readonly #partials: readonly (readonly [StreamChannel, number])[]
  /** What was last published, of each instrument that somebody listens to. */
  readonly #published = new Map<InstrumentId, BookView>()
  readonly #batch: Coalescer<InstrumentId>

  constructor(deps: DepthFeedsDeps) {
    this.#deps = deps
    this.#batch = new Coalescer(deps.everyMs, (instruments) => {
      for (const instrument of instruments) this.#publish(instrument)
    })
    const changes = deps.changeKinds.map((kind) => [kind, new StreamChannel(kind)] as const)
    const partials = [...deps.partialKinds].map(
      ([kind, levels]) => [kind, new StreamChannel(kind), levels] as const
    )
    this.#changes = changes.map(([, channel]) => channel)
    this.#partials = partials.map(([, channel, levels]) => [channel, levels] as const)
    this.byKind = new Map(
      [...changes, ...partials].map(([kind, channel]) => [kind, this.#feed(channel)])
    )
  }

  /** The book may have moved. */
  moved(instrument: InstrumentId): void {
    if (this.#published.has(instrument)) this.#batch.mark(instrument)
  }

  close(): void {
    this.#batch.close()
  }

  #feed(channel: StreamChannel): StreamFeed {
    return {
      join: (listener: StreamListener, instrument: SimInstrument) => {
        channel.join(listener, instrument)
        if (this.#published.has(instrument.id)) return
        this.#published.set(instrument.id, this.#deps.books.view(instrument.id))
      },
      leave: (listener: StreamListener, instrument: SimInstrument) => {
        channel.leave(listener, instrument)
        if (!this.#isHeard(instrument.id)) this.#published.delete(instrument.id)
      },
      close: () => {
        this.close()
      }
    }
  }

  #isHeard(id: InstrumentId): boolean {
    return (
      this.#changes.some((channel) => channel.find(id) !== null) ||
      this.#partials.some(([channel]) => channel.find(id) !== null)
    )
  }

  #publish(id: InstrumentId): void {
    const before = this.#published.get(id)
    if (before === undefined) return
    const book = this.#deps.books.view(id)
    const changes = bookChanges(before, book)
    if (changes === null) return
    this.#published.set(id, book)
    const nowMs = this.#deps.market.nowMs()
    const bids = JSON.stringify(changes.bids)
    const asks = JSON.stringify(changes.asks)
    for (const channel of this.#changes) {
      const instrument = channel.find(id)
      if (instrument === null) continue
      channel.publish(
        instrument,
        (unit) =>
          `{"e":"depthUpdate","E":${stamp(nowMs, unit)},"s":"${instrument.venueSymbol}","U":${before.updateId + 1},"u":${book.updateId},"b":${bids},"a":${asks}}`
      )
    }
    for (const [channel, levels] of this.#partials) {
      const instrument = channel.find(id)
      if (instrument !== null) channel.publish(instrument, () => partialText(book, levels))
    }
  }
}

/** Without the symbol: only the stream's name tells it. */
function partialText({ updateId, bids, asks }: BookView, levels: number): string {
  return JSON.stringify({
    lastUpdateId: updateId,
    bids: bids.slice(0, levels),
    asks: asks.slice(0, levels)
  })
}
