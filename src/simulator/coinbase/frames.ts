import type { SimInstrument, SimLevel, SimMarket, SimState, SimTrade } from '../market.ts'
import type { IsoMicros } from './iso-micros.ts'
import { orderId } from './order-id.ts'
import { currencies, statusProduct } from './products.ts'

/** Coinbase quotes the maker's side on matches: the other one. */
export function makerSide(trade: SimTrade): 'buy' | 'sell' {
  return trade.takerSide === 'buy' ? 'sell' : 'buy'
}

function seedOf(productId: string): number {
  let seed = 0
  for (let at = 0; at < productId.length; at += 1) {
    seed = (Math.imul(seed, 31) + productId.charCodeAt(at)) | 0
  }
  return seed
}

/** Frames of the public feed. Their keys stand in the order of frames captured in September 2026. */
export class CoinbaseFrames {
  readonly #iso: IsoMicros

  constructor(iso: IsoMicros) {
    this.#iso = iso
  }

  match(type: 'match' | 'last_match', productId: string, trade: SimTrade): string {
    const seed = seedOf(productId)
    const maker = orderId(seed, trade.id)
    const taker = orderId(~seed, Math.round(trade.eventMs * 1000))
    return `{"type":"${type}","trade_id":${trade.id},"maker_order_id":"${maker}","taker_order_id":"${taker}","side":"${makerSide(trade)}","size":"${trade.sizeText}","price":"${trade.priceText}","product_id":"${productId}","sequence":${trade.sequence},"time":"${this.#iso(trade.eventMs)}"}`
  }

  ticker(productId: string, trade: SimTrade, state: SimState): string {
    const { bid, ask } = state
    return `{"type":"ticker","sequence":${trade.sequence},"product_id":"${productId}","price":"${trade.priceText}","open_24h":"${state.open24hText}","volume_24h":"${state.volume24hText}","low_24h":"${state.low24hText}","high_24h":"${state.high24hText}","volume_30d":"${state.volume30dText}","best_bid":"${bid[0]}","best_bid_size":"${bid[1]}","best_ask":"${ask[0]}","best_ask_size":"${ask[1]}","side":"${trade.takerSide}","time":"${this.#iso(trade.eventMs)}","trade_id":${trade.id},"last_size":"${trade.sizeText}"}`
  }

  /** Its time is the whole second it was sent in. */
  heartbeat(productId: string, state: SimState, nowMs: number): string {
    const time = this.#iso(Math.floor(nowMs / 1000) * 1000)
    return `{"type":"heartbeat","last_trade_id":${state.lastTrade?.id ?? 0},"product_id":"${productId}","sequence":${state.sequence},"time":"${time}"}`
  }

  snapshot(productId: string, bids: readonly SimLevel[], asks: readonly SimLevel[]): string {
    return `{"type":"snapshot","product_id":"${productId}","bids":${JSON.stringify(bids)},"asks":${JSON.stringify(asks)}}`
  }

  l2update(
    productId: string,
    changes: readonly (readonly ['buy' | 'sell', string, string])[],
    nowMs: number
  ): string {
    return `{"type":"l2update","product_id":"${productId}","changes":${JSON.stringify(changes)},"time":"${this.#iso(nowMs)}"}`
  }

  status(market: SimMarket): string {
    return JSON.stringify({
      type: 'status',
      products: market.instruments('coinbase').map(statusProduct),
      currencies: currencies(market)
    })
  }

  /** The connection's whole subscription list. The venue keeps no order of products. */
  subscriptions(channels: ReadonlyMap<string, ReadonlySet<SimInstrument>>): string {
    const list = Array.from(channels, ([name, instruments]) => ({
      name,
      product_ids: Array.from(instruments, (instrument) => instrument.venueSymbol).sort(
        (left, right) => seedOf(left) - seedOf(right)
      ),
      account_ids: null
    }))
    return JSON.stringify({ type: 'subscriptions', channels: list })
  }

  error(message: string, reason?: string): string {
    return JSON.stringify({ type: 'error', message, reason })
  }
}
