import type { Anchor, Heartbeat, Quote, Statistics, Trade } from '../market/event.ts'
import type { InstrumentId } from '../market/instrument.ts'
import type { TradeEntry } from '../market/trade-entry.ts'
import type { TradeIds } from '../market/trade-order.ts'
import type { PriceState } from './price-state.ts'
import { RecentActivity, type RecentActivityStanding } from './recent-activity.ts'
import type { InstrumentSeed } from './seed.ts'

/** How a price stands: plain data, the tracker's own until it is cloned. */
export type PriceStanding = {
  readonly activity: RecentActivityStanding
  readonly lastTrade: Trade | null
  readonly lastMajor: number
  readonly lastMinor: number
  readonly anchor: Anchor | null
  readonly quote: Quote | null
  readonly statistics: Statistics | null
  readonly lastEventMs: number
  readonly lastReceivedMs: number
  readonly lastHeartbeatMs: number | null
}

/** Follows one instrument's price. */
export class PriceTracker {
  readonly #instrument: InstrumentId
  readonly #tradeIds: TradeIds
  readonly #activity = new RecentActivity()
  #lastTrade: Trade | null = null
  #lastMajor = -Infinity
  #lastMinor = -Infinity
  #anchor: Anchor | null = null
  #quote: Quote | null = null
  #statistics: Statistics | null = null
  #lastEventMs = -Infinity
  #lastReceivedMs = -Infinity
  #lastHeartbeatMs: number | null = null

  constructor(instrument: InstrumentId, tradeIds: TradeIds) {
    this.#instrument = instrument
    this.#tradeIds = tradeIds
  }

  /** @param last Place of the seed's newest trade. */
  seed(seed: InstrumentSeed, last: TradeEntry): void {
    for (const { openMs, close } of seed.minuteCloses) this.#activity.close(openMs, close)
    const trade = seed.day.tail.at(-1)?.trade
    if (trade !== undefined) this.#setLastTrade(trade, last)
  }

  trade(trade: Trade, entry: TradeEntry): void {
    this.#activity.count(entry.runNowMs)
    this.#received(trade)
    this.tradeFromHistory(trade, entry)
  }

  /** A trade from history tells a price when it is the newest, and nothing of how busy the feed is. */
  tradeFromHistory(trade: Trade, entry: TradeEntry): void {
    const { major } = entry
    if (major < this.#lastMajor) return
    if (major === this.#lastMajor && entry.minor < this.#lastMinor) return
    this.#setLastTrade(trade, entry)
  }

  anchor(anchor: Anchor): void {
    if (this.#anchor === null || anchor.eventMs >= this.#anchor.eventMs) this.#anchor = anchor
  }

  quote(quote: Quote): void {
    this.#received(quote)
    const known = this.#quote
    this.#quote = known === null ? quote : mergeQuotes(known, quote)
  }

  statistics(statistics: Statistics): void {
    this.#received(statistics)
    this.#statistics = statistics
  }

  heartbeat(heartbeat: Heartbeat): void {
    this.#lastHeartbeatMs = heartbeat.receivedMs
  }

  state(runNowMs: number): PriceState {
    const latest = this.#latest()
    return {
      instrument: this.#instrument,
      latest,
      price: latest?.price ?? null,
      lastTrade: this.#lastTrade,
      anchor: this.#anchor,
      quote: this.#quote,
      statistics: this.#statistics,
      tradesLastMinute: this.#activity.tradesLastMinute(runNowMs),
      lastEventMs: finiteOrNull(this.#lastEventMs),
      lastReceivedMs: finiteOrNull(this.#lastReceivedMs),
      lastHeartbeatMs: this.#lastHeartbeatMs
    }
  }

  tradesLastMinute(runNowMs: number): number {
    return this.#activity.tradesLastMinute(runNowMs)
  }

  /** Closes of the last 60 minutes, oldest first; null before the first known one. */
  spark(runNowMs: number): readonly (number | null)[] {
    return this.#activity.spark(runNowMs)
  }

  standing(): PriceStanding {
    return {
      activity: this.#activity.standing(),
      lastTrade: this.#lastTrade,
      lastMajor: this.#lastMajor,
      lastMinor: this.#lastMinor,
      anchor: this.#anchor,
      quote: this.#quote,
      statistics: this.#statistics,
      lastEventMs: this.#lastEventMs,
      lastReceivedMs: this.#lastReceivedMs,
      lastHeartbeatMs: this.#lastHeartbeatMs
    }
  }

  takeUp(standing: PriceStanding): void {
    this.#activity.takeUp(standing.activity)
    this.#lastTrade = standing.lastTrade
    this.#lastMajor = standing.lastMajor
    this.#lastMinor = standing.lastMinor
    this.#anchor = standing.anchor
    this.#quote = standing.quote
    this.#statistics = standing.statistics
    this.#lastEventMs = standing.lastEventMs
    this.#lastReceivedMs = standing.lastReceivedMs
    this.#lastHeartbeatMs = standing.lastHeartbeatMs
  }

  /** A trade kept from an earlier run may be older than the one the venue tells of on subscribing. */
  #latest(): Trade | Anchor | null {
    const anchor = this.#anchor
    if (anchor === null) return this.#lastTrade
    const place = this.#tradeIds === 'contiguous' ? Number(anchor.id) : anchor.eventMs
    return place > this.#lastMajor ? anchor : (this.#lastTrade ?? anchor)
  }

  #setLastTrade(trade: Trade, entry: TradeEntry): void {
    this.#lastTrade = trade
    this.#lastMajor = entry.major
    this.#lastMinor = entry.minor
    this.#activity.close(trade.eventMs, trade.price)
  }

  #received(event: { readonly eventMs: number; readonly receivedMs: number }): void {
    if (event.eventMs > this.#lastEventMs) this.#lastEventMs = event.eventMs
    if (event.receivedMs > this.#lastReceivedMs) this.#lastReceivedMs = event.receivedMs
  }
}

/** A side of which both fields are null is empty; a single null leaves that field as it was. */
function mergeQuotes(known: Quote, next: Quote): Quote {
  const hasBid = next.bid !== null || next.bidSize !== null
  const hasAsk = next.ask !== null || next.askSize !== null
  return {
    ...next,
    bid: hasBid ? (next.bid ?? known.bid) : null,
    bidSize: hasBid ? (next.bidSize ?? known.bidSize) : null,
    ask: hasAsk ? (next.ask ?? known.ask) : null,
    askSize: hasAsk ? (next.askSize ?? known.askSize) : null
  }
}

function finiteOrNull(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null
}
