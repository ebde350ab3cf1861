import type { ChannelFeed } from '../http/channel-feed.ts'
import type { SimMarket, SimTruth } from '../market.ts'
import { BybitBookFeed } from './book-feed.ts'
import type { BybitCategory } from './category.ts'
import type { HourAgoPrices } from './hour-ago.ts'
import { KlineFeed } from './kline-feed.ts'
import { klineIntervals } from './kline-interval.ts'
import { LiquidationFeed } from './liquidation-feed.ts'
import type { TickDirections } from './tick-direction.ts'
import { LinearTickerFeed, SpotTickerFeed } from './ticker-feed.ts'
import { BybitTradeFeed } from './trade-feed.ts'
import { bookDepths, type BybitTuning } from './tuning.ts'

export type BybitFeedsDeps = {
  readonly market: SimMarket
  readonly truth: SimTruth
  readonly category: BybitCategory
  readonly tuning: BybitTuning
  readonly directions: TickDirections
  readonly prices: HourAgoPrices
}

export type BybitFeeds = {
  /** By what stands before the symbol in a topic: `publicTrade`, `orderbook.50`, `kline.1`. */
  readonly byPrefix: ReadonlyMap<string, ChannelFeed>
  close(): void
}

/** Opens every topic of a category and lets the market drive them. */
export function openBybitFeeds(deps: BybitFeedsDeps): BybitFeeds {
  const { market, category, tuning, directions, prices } = deps
  const trades = new BybitTradeFeed(deps)
  const tickers =
    category === 'linear'
      ? new LinearTickerFeed({ market, directions, prices, everyMs: tuning.linearTickerMs })
      : new SpotTickerFeed({ market, everyMs: tuning.spotTickerMs })
  const books = bookDepths.map((depth) => {
    const timing = { everyMs: tuning.bookMs[depth], repeatMs: tuning.bookRepeatMs }
    return [depth, new BybitBookFeed({ market, category, depth, ...timing })] as const
  })
  const liquidations = new LiquidationFeed({ market, everyMs: tuning.liquidationMs })

  const byPrefix = new Map<string, ChannelFeed>([
    ['publicTrade', trades],
    ['tickers', tickers]
  ])
  for (const [depth, book] of books) byPrefix.set(`orderbook.${depth}`, book)
  for (const interval of klineIntervals) {
    const feed = new KlineFeed({ market, category, interval, everyMs: tuning.klineMs })
    byPrefix.set(`kline.${interval}`, feed)
  }
  if (category === 'linear') byPrefix.set('allLiquidation', liquidations)

  const venue = `bybit-${category}:`
  const stopListening = market.listen({
    trade(trade) {
      if (!trade.instrument.startsWith(venue)) return
      trades.trade(trade, directions.apply(trade))
      tickers.moved(trade.instrument)
      for (const [, book] of books) book.moved(trade.instrument)
    },
    quote(instrument) {
      tickers.moved(instrument)
      for (const [, book] of books) book.moved(instrument)
    },
    liquidation(liquidation) {
      liquidations.liquidation(liquidation)
    }
  })

  return {
    byPrefix,
    close() {
      stopListening()
      liquidations.close()
      for (const feed of byPrefix.values()) feed.close()
    }
  }
}
