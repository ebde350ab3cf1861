import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { BybitCategory } from './wire.ts'

/** The channels we subscribe for each instrument. */
export type Channel = 'publicTrade' | 'tickers' | 'orderbook.1' | 'allLiquidation'

const channelsOf: Readonly<Record<BybitCategory, readonly Channel[]>> = {
  spot: ['publicTrade', 'tickers', 'orderbook.1'],
  linear: ['publicTrade', 'tickers', 'allLiquidation']
}

/** Other topics of the protocol, which we never ask for. */
const otherChannel = /^(?:kline\.[^.]+|orderbook\.(?:50|200|1000|rpi|full))\./

/** Where a topic's frames go. */
export type Topic = {
  readonly channel: Channel
  readonly instrument: InstrumentId
  readonly symbol: string
}

/** Lists the topics of one instrument: `publicTrade.BTCUSDT` and so on. */
export function listTopics(category: BybitCategory, symbol: string): readonly string[] {
  return channelsOf[category].map((channel) => `${channel}.${symbol}`)
}

/** Builds the table from topic text to what it carries, for the instruments of a connection. */
export function buildTopicTable(
  category: BybitCategory,
  instruments: readonly Instrument[]
): ReadonlyMap<string, Topic> {
  const topics = new Map<string, Topic>()
  for (const { id: instrument, venueSymbol: symbol } of instruments) {
    for (const channel of channelsOf[category]) {
      topics.set(`${channel}.${symbol}`, { channel, instrument, symbol })
    }
  }
  return topics
}

/** Says whether a topic without a place in the table belongs to a channel we know and do not read. */
export function isOtherChannel(topic: string): boolean {
  return otherChannel.test(topic)
}
