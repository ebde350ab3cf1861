import type { InstrumentId } from '../../core/market/instrument.ts'
import { levelChanges } from '../book/level-changes.ts'
import { Audience } from '../http/audience.ts'
import type { ChannelFeed } from '../http/channel-feed.ts'
import { Coalescer } from '../http/coalescer.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimInstrument, SimLevel, SimMarket } from '../market.ts'
import type { BybitCategory } from './category.ts'
import type { BookDepth } from './tuning.ts'

export type BookFeedDeps = {
  readonly market: SimMarket
  readonly category: BybitCategory
  readonly depth: BookDepth
  readonly everyMs: number
  /** When an unchanged best level goes out again. */
  readonly repeatMs: number
}

type Book = {
  readonly instrument: SimInstrument
  readonly bids: readonly SimLevel[]
  readonly asks: readonly SimLevel[]
  /** Counts the frames of this topic, +1 for each that says something new. */
  readonly update: number
  readonly sequence: number
}

/** A book's counter starts anywhere above 1: 1 would mean that the service has restarted. */
const firstUpdate = 1000

function descending(left: SimLevel, right: SimLevel): number {
  return Number(right[0]) - Number(left[0])
}

/**
 * `orderbook.{depth}`: depth 1 in snapshots, repeated when nothing moves; deeper ones as a snapshot and
 * deltas.
 */
export class BybitBookFeed implements ChannelFeed {
  readonly #deps: BookFeedDeps
  readonly #audience = new Audience<InstrumentId>()
  readonly #books = new Map<InstrumentId, Book>()
  readonly #repeats = new Map<InstrumentId, NodeJS.Timeout>()
  readonly #batch: Coalescer<InstrumentId>

  constructor(deps: BookFeedDeps) {
    this.#deps = deps
    this.#batch = new Coalescer(deps.everyMs, (instruments) => {
      for (const instrument of instruments) this.#publish(instrument)
    })
  }

  /** Who listens already is brought up to date first: from here on all share one base. */
  join(connection: SimConnection, instrument: SimInstrument): void {
    this.#publish(instrument.id)
    if (!this.#audience.join(instrument.id, connection)) return
    const book = this.#books.get(instrument.id) ?? {
      instrument,
      ...this.#levels(instrument.id),
      update: firstUpdate,
      sequence: this.#deps.market.state(instrument.id).sequence
    }
    this.#books.set(instrument.id, book)
    connection.send(this.#frame(book, 'snapshot', book), instrument.id)
    this.#repeatLater(instrument.id)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
    if (this.#audience.has(instrument.id)) return
    this.#books.delete(instrument.id)
    clearTimeout(this.#repeats.get(instrument.id))
    this.#repeats.delete(instrument.id)
  }

  /** The book may have moved. */
  moved(instrument: InstrumentId): void {
    if (this.#audience.has(instrument)) this.#batch.mark(instrument)
  }

  close(): void {
    this.#batch.close()
    for (const timer of this.#repeats.values()) clearTimeout(timer)
    this.#repeats.clear()
  }

  #levels(instrument: InstrumentId): Pick<Book, 'bids' | 'asks'> {
    const { market, depth } = this.#deps
    const state = market.state(instrument)
    if (depth === 1) return { bids: [state.bid], asks: [state.ask] }
    return { bids: state.bids.slice(0, depth), asks: state.asks.slice(0, depth) }
  }

  #publish(instrument: InstrumentId): void {
    const before = this.#books.get(instrument)
    if (before === undefined) return
    const levels = this.#levels(instrument)
    const bids = levelChanges(before.bids, levels.bids).sort(descending)
    const asks = levelChanges(before.asks, levels.asks).sort((a, b) => descending(b, a))
    if (bids.length === 0 && asks.length === 0) return
    const book: Book = {
      instrument: before.instrument,
      ...levels,
      update: before.update + 1,
      sequence: Math.max(this.#deps.market.state(instrument).sequence, before.sequence + 1)
    }
    this.#books.set(instrument, book)
    const frame =
      this.#deps.depth === 1
        ? this.#frame(book, 'snapshot', book)
        : this.#frame(book, 'delta', { bids, asks })
    this.#sendAll(instrument, frame)
    this.#repeatLater(instrument)
  }

  #sendAll(instrument: InstrumentId, frame: string): void {
    for (const connection of this.#audience.of(instrument)) connection.send(frame, instrument)
  }

  #repeatLater(instrument: InstrumentId): void {
    if (this.#deps.depth !== 1) return
    clearTimeout(this.#repeats.get(instrument))
    const timer = setTimeout(() => {
      const book = this.#books.get(instrument)
      if (book !== undefined) this.#sendAll(instrument, this.#frame(book, 'snapshot', book))
      this.#repeatLater(instrument)
    }, this.#deps.repeatMs)
    this.#repeats.set(instrument, timer)
  }

  #frame(book: Book, type: 'snapshot' | 'delta', levels: Pick<Book, 'bids' | 'asks'>): string {
    const { market, category, depth } = this.#deps
    const symbol = book.instrument.venueSymbol
    const nowMs = Math.floor(market.nowMs())
    const head =
      category === 'spot' || depth === 1
        ? `"ts":${nowMs},"type":"${type}"`
        : `"type":"${type}","ts":${nowMs}`
    return `{"topic":"orderbook.${depth}.${symbol}",${head},"data":{"s":"${symbol}","b":${JSON.stringify(levels.bids)},"a":${JSON.stringify(levels.asks)},"u":${book.update},"seq":${book.sequence}},"cts":${nowMs}}`
  }
}
