import type { InstrumentId } from '../../core/market/instrument.ts'
import { Audience } from '../http/audience.ts'
import type { ChannelFeed } from '../http/channel-feed.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimInstrument, SimMarket, SimTrade, SimTruth } from '../market.ts'
import type { BybitCategory } from './category.ts'
import { envelope } from './envelope.ts'
import type { TickDirection } from './tick-direction.ts'

export type BybitTradeFeedDeps = {
  readonly market: SimMarket
  readonly truth: SimTruth
  readonly category: BybitCategory
}

/** Most trades of one frame; more are split. */
const maxFrameTrades = 1024

type Batch = { readonly symbol: string; readonly trades: SimTrade[]; readonly rows: string[] }

function sideText(trade: SimTrade): 'Buy' | 'Sell' {
  return trade.takerSide === 'buy' ? 'Buy' : 'Sell'
}

function linearRow(symbol: string, trade: SimTrade, direction: TickDirection): string {
  return `{"T":${Math.floor(trade.eventMs)},"s":"${symbol}","S":"${sideText(trade)}","v":"${trade.sizeText}","p":"${trade.priceText}","L":"${direction}","i":"${trade.textId}","BT":false,"RPI":false,"seq":${trade.sequence}}`
}

function spotRow(symbol: string, trade: SimTrade): string {
  return `{"i":"${trade.textId}","T":${Math.floor(trade.eventMs)},"p":"${trade.priceText}","v":"${trade.sizeText}","S":"${sideText(trade)}","s":"${symbol}","BT":false,"RPI":false,"seq":${trade.sequence}}`
}

/** `publicTrade`: what traded in one turn of the market goes out together. Nothing older comes first. */
export class BybitTradeFeed implements ChannelFeed {
  readonly #deps: BybitTradeFeedDeps
  readonly #audience = new Audience<InstrumentId>()
  readonly #symbols = new Map<InstrumentId, string>()
  readonly #batches = new Map<InstrumentId, Batch>()

  constructor(deps: BybitTradeFeedDeps) {
    this.#deps = deps
  }

  join(connection: SimConnection, instrument: SimInstrument): void {
    if (!this.#audience.join(instrument.id, connection)) return
    this.#symbols.set(instrument.id, instrument.venueSymbol)
    this.#deps.truth.subscribed(connection.id, instrument.id)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
    this.#deps.truth.unsubscribed(connection.id, instrument.id)
  }

  trade(trade: SimTrade, direction: TickDirection): void {
    if (!this.#audience.has(trade.instrument)) return
    const batch = this.#batch(trade.instrument)
    const row =
      this.#deps.category === 'linear'
        ? linearRow(batch.symbol, trade, direction)
        : spotRow(batch.symbol, trade)
    batch.trades.push(trade)
    batch.rows.push(row)
    if (batch.rows.length < maxFrameTrades) return
    this.#batches.delete(trade.instrument)
    this.#publish(trade.instrument, batch)
  }

  close(): void {
    this.#batches.clear()
  }

  #batch(instrument: InstrumentId): Batch {
    const open = this.#batches.get(instrument)
    if (open !== undefined) return open
    if (this.#batches.size === 0) queueMicrotask(() => this.#publishAll())
    const batch = { symbol: this.#symbols.get(instrument) ?? '', trades: [], rows: [] }
    this.#batches.set(instrument, batch)
    return batch
  }

  #publishAll(): void {
    const batches = [...this.#batches]
    this.#batches.clear()
    for (const [instrument, batch] of batches) this.#publish(instrument, batch)
  }

  #publish(instrument: InstrumentId, { symbol, trades, rows }: Batch): void {
    const { market, truth, category } = this.#deps
    const frame = envelope(category, {
      topic: `publicTrade.${symbol}`,
      type: 'snapshot',
      ts: Math.floor(market.nowMs()),
      data: `[${rows.join(',')}]`
    })
    for (const connection of this.#audience.of(instrument)) {
      if (!connection.send(frame, instrument)) continue
      for (const trade of trades) truth.sent(connection.id, trade)
    }
  }
}
