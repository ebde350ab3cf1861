import type { SimMarket, SimTruth } from '../market.ts'
import { AggregateFeed } from './aggregate-feed.ts'
import { AggregateLog } from './aggregate-log.ts'
import { DepthFeeds } from './depth-feeds.ts'
import { KlineFeed } from './kline-feed.ts'
import { klineIntervalNames } from './kline-interval.ts'
import { OrderBooks } from './order-books.ts'
import { QuoteFeed } from './quote-feed.ts'
import type { StreamFeed } from './stream-channel.ts'
import { fullTicker, miniTicker, TickerFeed } from './ticker-feed.ts'
import { BinanceTradeFeed } from './trade-feed.ts'
import { TradeFlows } from './trade-flows.ts'
import { bookCadences, type BinanceTuning, type BookCadence } from './tuning.ts'

const partialLevels = [5, 10, 20] as const
const eastOffset = { text: '@+08:00', ms: 28_800_000 } as const
const venue = 'binance-spot:'

export type BinanceFeeds = {
  /** By what stands behind the symbol in a stream's name: `trade`, `depth5@100ms`. */
  readonly byKind: ReadonlyMap<string, StreamFeed>
  readonly aggregates: AggregateLog
  readonly flows: TradeFlows
  readonly books: OrderBooks
  close(): void
}

/** Opens every stream and lets the market drive them. */
export function openBinanceFeeds(of: {
  readonly market: SimMarket
  /** What candles and aggregates are made of. */
  readonly ledger: SimMarket
  readonly truth: SimTruth
  readonly tuning: BinanceTuning
  /** Whether some client reads too slowly for a tape at full speed. */
  readonly congested: () => boolean
}): BinanceFeeds {
  const { market, ledger, truth, tuning, congested } = of
  const books = new OrderBooks(market)
  const flows = new TradeFlows()
  const trades = new BinanceTradeFeed(market, truth)
  const aggregateFeed = new AggregateFeed(market)
  const aggregates = new AggregateLog((aggregate) => {
    aggregateFeed.closed(aggregate)
  })
  const quotes = new QuoteFeed(books)
  const everyMs = tuning.tickerMs
  const tickers = [
    ['miniTicker', new TickerFeed({ market, kind: 'miniTicker', form: miniTicker, everyMs })],
    ['ticker', new TickerFeed({ market, kind: 'ticker', form: fullTicker, everyMs })]
  ] as const
  const depths = bookCadences.map((cadence) => openDepths(cadence, { market, books, tuning }))
  const klines = openKlines({ market, flows, tuning })

  const byKind = new Map<string, StreamFeed>([
    ['trade', trades],
    ['aggTrade', aggregateFeed],
    ['bookTicker', quotes],
    ...tickers,
    ...klines,
    ...depths.flatMap((depth) => [...depth.byKind])
  ])

  const stopCounting = ledger.listen({
    trade(trade) {
      if (!trade.instrument.startsWith(venue)) return
      flows.add(trade)
      aggregates.add(trade)
    }
  })
  const stopListening = market.listen({
    trade(trade) {
      if (!trade.instrument.startsWith(venue)) return
      trades.trade(trade)
      quotes.moved(trade.instrument)
      for (const [, ticker] of tickers) ticker.moved(trade.instrument)
      for (const depth of depths) depth.moved(trade.instrument)
    },
    quote(instrument) {
      if (!instrument.startsWith(venue)) return
      quotes.moved(instrument)
      for (const depth of depths) depth.moved(instrument)
    },
    congested
  })

  return {
    byKind,
    aggregates,
    flows,
    books,
    close() {
      stopCounting()
      stopListening()
      for (const feed of byKind.values()) feed.close()
    }
  }
}

function openDepths(
  cadence: BookCadence,
  of: {
    readonly market: SimMarket
    readonly books: OrderBooks
    readonly tuning: BinanceTuning
  }
): DepthFeeds {
  const { market, books, tuning } = of
  // The plain names are those of the slow ones.
  const tails = cadence === 1000 ? ['', '@1000ms'] : [`@${cadence}ms`]
  return new DepthFeeds({
    market,
    books,
    everyMs: tuning.bookMs[cadence],
    changeKinds: tails.map((tail) => `depth${tail}`),
    partialKinds: new Map(
      partialLevels.flatMap((levels) => tails.map((tail) => [`depth${levels}${tail}`, levels]))
    )
  })
}

function openKlines(of: {
  readonly market: SimMarket
  readonly flows: TradeFlows
  readonly tuning: BinanceTuning
}): [string, KlineFeed][] {
  const { market, flows, tuning } = of
  const zones = [{ text: '', ms: 0 }, eastOffset]
  return klineIntervalNames.flatMap((name) =>
    zones.map(({ text, ms }): [string, KlineFeed] => {
      const kind = `kline_${name}${text}`
      const everyMs = name === '1s' ? tuning.secondKlineMs : tuning.klineMs
      const interval = { name, offsetMs: ms }
      return [kind, new KlineFeed({ market, flows, kind, interval, everyMs })]
    })
  )
}
