import type { InstrumentId } from '../../core/market/instrument.ts'
import { levelChanges } from '../book/level-changes.ts'
import type { SimLevel, SimMarket } from '../market.ts'
import { eightDecimals } from './decimal-text.ts'

/** A whole book at one of its update ids; best first, texts as on the wire. */
export type BookView = {
  readonly updateId: number
  readonly bids: readonly SimLevel[]
  readonly asks: readonly SimLevel[]
}

/** Best bid and ask at an update id. */
export type TopView = {
  readonly updateId: number
  readonly bid: SimLevel
  readonly ask: SimLevel
}

type Book = { updateId: number; view: BookView | null; top: TopView | null }

/** Books start anywhere; their ids only ever rise. */
const firstUpdateId = 50_000_000_000

function wireLevel([price, size]: SimLevel): SimLevel {
  return [eightDecimals(price), eightDecimals(size)]
}

/** Lists what turns one book into another: absolute sizes, 0 where a level went. */
export function bookChanges(
  before: BookView,
  after: BookView
): Pick<BookView, 'bids' | 'asks'> | null {
  const bids = levelChanges(before.bids, after.bids).map(wireLevel)
  const asks = levelChanges(before.asks, after.asks).map(wireLevel)
  return bids.length + asks.length === 0 ? null : { bids, asks }
}

/**
 * The books with their update ids. Every stream and REST look through it, so an id means the same book
 * wherever it is said.
 */
export class OrderBooks {
  readonly #market: SimMarket
  readonly #books = new Map<InstrumentId, Book>()

  constructor(market: SimMarket) {
    this.#market = market
  }

  /** Brings a book up to date. */
  view(instrument: InstrumentId): BookView {
    const book = this.#book(instrument)
    const state = this.#market.state(instrument)
    const bids = state.bids.map(wireLevel)
    const asks = state.asks.map(wireLevel)
    const now = { updateId: book.updateId, bids, asks }
    if (book.view !== null) {
      const changes = bookChanges(book.view, now)
      book.updateId += (changes?.bids.length ?? 0) + (changes?.asks.length ?? 0)
    }
    book.view = { updateId: book.updateId, bids, asks }
    return book.view
  }

  /** The best levels if they changed since they were last asked for. */
  topIfMoved(instrument: InstrumentId): TopView | null {
    const book = this.#book(instrument)
    const state = this.#market.state(instrument)
    const bid = wireLevel(state.bid)
    const ask = wireLevel(state.ask)
    const { top } = book
    if (top !== null && isSame(top.bid, bid) && isSame(top.ask, ask)) return null
    book.updateId += 1
    book.top = { updateId: book.updateId, bid, ask }
    return book.top
  }

  #book(instrument: InstrumentId): Book {
    const known = this.#books.get(instrument)
    if (known !== undefined) return known
    const book: Book = { updateId: firstUpdateId, view: null, top: null }
    this.#books.set(instrument, book)
    return book
  }
}

function isSame(left: SimLevel, right: SimLevel): boolean {
  return left[0] === right[0] && left[1] === right[1]
}
