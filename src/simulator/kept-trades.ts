import { ColumnRing } from './column-ring.ts'
import type { SimInstrument, SimTrade } from './market.ts'
import { tradeTextIds, type TradeTextId } from './trade-text-id.ts'

const column = { id: 0, eventMs: 1, price: 2, size: 3, sequence: 4, isBuy: 5 } as const
const noConditions: readonly number[] = []

/** What a row of numbers cannot hold; most trades have none. */
type Note = { readonly textId: string | null; readonly conditions: readonly number[] }

/** The newest trades of one instrument, for REST and for last_match; the oldest give way. */
export class KeptTrades {
  readonly #instrument: SimInstrument
  #bound: number
  readonly #rows: ColumnRing
  readonly #textId: TradeTextId
  /** By ordinal of the trade. */
  readonly #notes = new Map<number, Note>()
  #pushed = 0

  /** @param bound Trades kept at most. */
  constructor(instrument: SimInstrument, bound: number) {
    this.#instrument = instrument
    this.#bound = bound
    this.#rows = new ColumnRing(6, bound)
    this.#textId = tradeTextIds(instrument.id)
  }

  /** Keeps so many more trades from now on. */
  makeRoom(trades: number): void {
    this.#bound += trades
    this.#rows.raiseBound(this.#bound)
  }

  push(trade: SimTrade): void {
    const isBuy = trade.takerSide === 'buy' ? 1 : 0
    this.#rows.push([trade.id, trade.eventMs, trade.price, trade.size, trade.sequence, isBuy])
    if (this.#notes.size > 0) this.#notes.delete(this.#pushed - this.#bound)
    const textId = trade.textId === this.#textId(trade.id) ? null : trade.textId
    if (textId !== null || trade.conditions.length > 0) {
      this.#notes.set(this.#pushed, { textId, conditions: trade.conditions })
    }
    this.#pushed += 1
  }

  newest(limit: number): SimTrade[] {
    const { length } = this.#rows
    const trades: SimTrade[] = []
    for (let row = Math.max(0, length - limit); row < length; row += 1) trades.push(this.#at(row))
    return trades
  }

  /** Both ends included; ids need not rise along the tape. */
  byId(fromId: number, toId: number): SimTrade[] {
    const trades: SimTrade[] = []
    for (let row = 0; row < this.#rows.length; row += 1) {
      const id = this.#rows.get(row, column.id)
      if (id >= fromId && id <= toId) trades.push(this.#at(row))
    }
    return trades.sort((a, b) => a.id - b.id)
  }

  /** Kept trades of [fromMs, toMs), in the order they came. */
  byTime(fromMs: number, toMs: number): SimTrade[] {
    const trades: SimTrade[] = []
    for (let row = 0; row < this.#rows.length; row += 1) {
      const eventMs = this.#rows.get(row, column.eventMs)
      if (eventMs >= fromMs && eventMs < toMs) trades.push(this.#at(row))
    }
    return trades
  }

  #at(row: number): SimTrade {
    const { id: instrument, priceDigits, sizeDigits } = this.#instrument
    const id = this.#rows.get(row, column.id)
    const price = this.#rows.get(row, column.price)
    const size = this.#rows.get(row, column.size)
    const note = this.#notes.get(this.#pushed - this.#rows.length + row)
    return {
      instrument,
      id,
      textId: note?.textId ?? this.#textId(id),
      eventMs: this.#rows.get(row, column.eventMs),
      price,
      priceText: price.toFixed(priceDigits),
      size,
      sizeText: size.toFixed(sizeDigits),
      takerSide: this.#rows.get(row, column.isBuy) === 1 ? 'buy' : 'sell',
      sequence: this.#rows.get(row, column.sequence),
      conditions: note?.conditions ?? noConditions
    }
  }
}
