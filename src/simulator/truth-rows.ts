import type { InstrumentId } from '../core/market/instrument.ts'
import type { SimTrade } from './market.ts'
import { tradeTextIds, type TradeTextId } from './trade-text-id.ts'

/** One trade of the truth. */
export type TruthTrade = {
  /** Number of the simulator, +1 per trade and instrument unless a tape says otherwise. */
  readonly id: number
  /** As it stands on the wire where the venue uses text ids. */
  readonly textId: string
  readonly eventMs: number
  readonly price: number
  readonly size: number
  /** The taker's. */
  readonly side: 'buy' | 'sell'
  /** False: it happened after the first subscription, but no frame carried it. */
  readonly sent: boolean
  /** Whether somebody was subscribed when it happened. */
  readonly subscribed: boolean
}

/** Trades of one instrument in the order in which they happened, in typed columns that double as they fill. */
export class TruthRows {
  readonly #textId: TradeTextId
  /** By row; only texts that cannot be made from the id. */
  readonly #texts = new Map<number, string>()
  #columns = Array.from({ length: 4 }, () => new Float64Array(64))
  #flags = new Uint8Array(64)
  #length = 0
  #highestId = -Infinity

  constructor(instrument: InstrumentId) {
    this.#textId = tradeTextIds(instrument)
  }

  get length(): number {
    return this.#length
  }

  push(trade: SimTrade, isSubscribed: boolean): void {
    if (this.#length === this.#flags.length) this.#grow()
    const row = this.#length
    const values = [trade.id, trade.eventMs, trade.price, trade.size]
    this.#columns.forEach((column, index) => (column[row] = values[index] ?? NaN))
    this.#flags[row] = (trade.takerSide === 'buy' ? 1 : 0) | (isSubscribed ? 4 : 0)
    if (trade.textId !== this.#textId(trade.id)) this.#texts.set(row, trade.textId)
    if (trade.id > this.#highestId) this.#highestId = trade.id
    this.#length += 1
  }

  /** Marks a trade as sent; false when it was already, null when there is no such row. */
  markSent(id: number): boolean | null {
    const row = this.#find(id)
    if (row === null) return null
    const flags = this.#flags[row] ?? 0
    this.#flags[row] = flags | 2
    return (flags & 2) === 0
  }

  /** Whether a frame carried the newest trade of this id; false where there is none. */
  wasSent(id: number): boolean {
    const row = this.#find(id)
    return row !== null && this.isSent(row)
  }

  isSent(row: number): boolean {
    return ((this.#flags[row] ?? 0) & 2) !== 0
  }

  at(row: number): TruthTrade {
    const [id = NaN, eventMs = NaN, price = NaN, size = NaN] = this.#columns.map(
      (column) => column[row]
    )
    return {
      id,
      textId: this.#texts.get(row) ?? this.#textId(id),
      eventMs,
      price,
      size,
      side: ((this.#flags[row] ?? 0) & 1) === 1 ? 'buy' : 'sell',
      sent: this.isSent(row),
      subscribed: ((this.#flags[row] ?? 0) & 4) !== 0
    }
  }

  /** Row of the newest trade of this id: ids may begin anew. */
  #find(id: number): number | null {
    if (id > this.#highestId) return null
    const ids = this.#columns[0]
    for (let row = this.#length - 1; row >= 0; row -= 1) {
      if (ids?.[row] === id) return row
    }
    return null
  }

  #grow(): void {
    const capacity = this.#length * 2
    this.#columns = this.#columns.map((column) => {
      const grown = new Float64Array(capacity)
      grown.set(column)
      return grown
    })
    const flags = new Uint8Array(capacity)
    flags.set(this.#flags)
    this.#flags = flags
  }
}
