import type { InstrumentId } from '../../core/market/instrument.ts'
import { Audience } from '../http/audience.ts'
import type { ChannelFeed } from '../http/channel-feed.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimInstrument, SimMarket, SimTrade, SimTruth } from '../market.ts'
import type { CoinbaseFrames } from './frames.ts'

type FeedDeps = { readonly market: SimMarket; readonly frames: CoinbaseFrames }

/** `coinbase:BTC-USD` is `BTC-USD` there. */
export function productIdOf(instrument: InstrumentId): string {
  return instrument.slice(instrument.indexOf(':') + 1)
}

/**
 * `matches`: every trade, after the newest one before the subscription.
 *
 * The truth is told of matches only: a `last_match` is older than the subscription.
 */
export class MatchesFeed implements ChannelFeed {
  readonly #deps: FeedDeps & { readonly truth: SimTruth }
  readonly #audience = new Audience<InstrumentId>()

  constructor(deps: FeedDeps & { readonly truth: SimTruth }) {
    this.#deps = deps
  }

  join(connection: SimConnection, instrument: SimInstrument): void {
    const { market, frames, truth } = this.#deps
    if (!this.#audience.join(instrument.id, connection)) return
    truth.subscribed(connection.id, instrument.id)
    const last = market.state(instrument.id).lastTrade
    if (last === null) return
    connection.send(frames.match('last_match', instrument.venueSymbol, last), instrument.id)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
    this.#deps.truth.unsubscribed(connection.id, instrument.id)
  }

  trade(trade: SimTrade): void {
    const listeners = this.#audience.of(trade.instrument)
    if (listeners.size === 0) return
    const { frames, truth } = this.#deps
    const frame = frames.match('match', productIdOf(trade.instrument), trade)
    for (const connection of listeners) {
      if (connection.send(frame, trade.instrument)) truth.sent(connection.id, trade)
    }
  }

  close(): void {
    // It has no timers.
  }
}

/** Two trades of one taker order: same side, same microsecond. */
function isCascade(one: SimTrade, next: SimTrade): boolean {
  return one.eventMs === next.eventMs && one.takerSide === next.takerSide
}

/** `ticker`: one frame per taker order, with the last of its trades. */
export class TickerFeed implements ChannelFeed {
  readonly #deps: FeedDeps
  readonly #audience = new Audience<InstrumentId>()
  readonly #pending = new Map<InstrumentId, SimTrade>()

  constructor(deps: FeedDeps) {
    this.#deps = deps
  }

  join(connection: SimConnection, instrument: SimInstrument): void {
    if (!this.#audience.join(instrument.id, connection)) return
    const state = this.#deps.market.state(instrument.id)
    if (state.lastTrade === null) return
    const frame = this.#deps.frames.ticker(instrument.venueSymbol, state.lastTrade, state)
    connection.send(frame, instrument.id)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
  }

  trade(trade: SimTrade): void {
    if (!this.#audience.has(trade.instrument)) return
    const before = this.#pending.get(trade.instrument)
    if (before !== undefined && !isCascade(before, trade)) this.#publish(before)
    if (this.#pending.size === 0) {
      queueMicrotask(() => {
        const trades = [...this.#pending.values()]
        this.#pending.clear()
        for (const last of trades) this.#publish(last)
      })
    }
    this.#pending.set(trade.instrument, trade)
  }

  close(): void {
    this.#pending.clear()
  }

  #publish(trade: SimTrade): void {
    const { market, frames } = this.#deps
    const productId = productIdOf(trade.instrument)
    const frame = frames.ticker(productId, trade, market.state(trade.instrument))
    for (const connection of this.#audience.of(trade.instrument)) {
      connection.send(frame, trade.instrument)
    }
  }
}

/** `ticker_batch`: the same frame every few seconds, for products that traded meanwhile. */
export class TickerBatchFeed implements ChannelFeed {
  readonly #deps: FeedDeps
  readonly #audience = new Audience<InstrumentId>()
  readonly #changed = new Set<InstrumentId>()
  readonly #timer: NodeJS.Timeout

  constructor(deps: FeedDeps & { readonly everyMs: number }) {
    this.#deps = deps
    this.#timer = setInterval(() => {
      const changed = [...this.#changed]
      this.#changed.clear()
      for (const instrument of changed) this.#publish(this.#audience.of(instrument), instrument)
    }, deps.everyMs)
  }

  join(connection: SimConnection, instrument: SimInstrument): void {
    if (!this.#audience.join(instrument.id, connection)) return
    this.#publish(new Set([connection]), instrument.id)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
  }

  trade(trade: SimTrade): void {
    if (this.#audience.has(trade.instrument)) this.#changed.add(trade.instrument)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #publish(listeners: ReadonlySet<SimConnection>, instrument: InstrumentId): void {
    const state = this.#deps.market.state(instrument)
    if (state.lastTrade === null) return
    const frame = this.#deps.frames.ticker(productIdOf(instrument), state.lastTrade, state)
    for (const connection of listeners) connection.send(frame, instrument)
  }
}
