import { expect, test } from 'vitest'
import { computeCandles } from '../../scripts/independent-candles.ts'
import { readTrades } from '../../scripts/independent-trades.ts'
import { buildCandles } from '../../src/core/market/build-candles.ts'
import type { Trade } from '../../src/core/market/event.ts'
import { parseInterval } from '../../src/core/market/interval.ts'
import { utcDay } from '../../src/core/market/trading-day.ts'
import { findVenue } from '../../src/venues/registry.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { capture, describeCaptures, replayCapture } from '../support/captures.ts'
import { readLeanMinutes } from '../support/lean.ts'

const intervals = ['1s', '1m', '100t']

describeCaptures('candles of captured frames', () => {
  test.each([
    ['binance-spot', 'nkaz001+hftbacktest/D/spot/btcusdt_20240808.gz', ['BTC']],
    ['binance-spot', 'nkaz001+hftbacktest/D/spot/btcusdt_20240809.gz', ['BTC']],
    [
      'bybit-linear',
      'bmoscon+cryptofeed/D/v3-57d5f18d/BYBIT.linear.jsonl.zst',
      ['BTC', 'DOGE', 'ETH', 'SOL']
    ]
  ])('of %s in %s equal an independent computation', async (venue, file, bases) => {
    const trades = await tradesOf(venue, file, bases)
    const independent = readTrades(capture(file))
    expect(trades).toHaveLength(independent.length)
    for (const interval of intervals) {
      const expected = computeCandles(independent, interval, 'utc')
      expect(expected.length).toBeGreaterThan(0)
      expected.sort(byPlace)
      expect(candlesOf(venue, trades, interval).sort(byPlace)).toEqual(expected)
      const lacking = candlesOf(venue, trades.toSpliced(100, 1), interval)
      expect(lacking.sort(byPlace)).not.toEqual(expected)
    }
  })
})

describeCaptures('independent minutes of SPY of 2013-10-07', () => {
  test('agree with those of the data vendor, but for sale conditions that it leaves out', async () => {
    const equities = 'QuantConnect+Lean/D/equity/usa'
    const trades = readTrades(capture(`${equities}/tick/spy/20131007_trade.zip`))
    const minutes = computeCandles(trades, '1m', 'extended')
    const vendor = await readLeanMinutes(capture(`${equities}/minute/spy/20131007_trade.zip`))
    expect(minutes).toHaveLength(828)
    expect(vendor).toHaveLength(828)
    const pairs = vendor.map((theirs, at) => ({ theirs, ours: minutes[at] }))
    const equal = pairs.filter(({ theirs, ours }) =>
      (['open', 'high', 'low', 'close', 'volume'] as const).every(
        (key) => theirs[key] === ours?.[key]
      )
    )
    expect(pairs.filter(({ theirs, ours }) => theirs.volume === ours?.volume)).toHaveLength(825)
    expect(equal).toHaveLength(696)
  })
})

async function tradesOf(venueId: string, file: string, bases: readonly string[]) {
  const instruments = bases.map((base) =>
    anInstrument({ venue: venueId, symbol: `${base}-USDT`, venueSymbol: `${base}USDT` })
  )
  const parser = findVenue(venueId)?.createParser(instruments, 'replay')
  if (parser === undefined) throw new Error(`no venue ${venueId}`)
  const replayed = await replayCapture(file, parser)
  return replayed.flatMap(({ parsed }) =>
    parsed.kind === 'events' ? parsed.events.filter((event) => event.kind === 'trade') : []
  )
}

function candlesOf(venueId: string, trades: readonly Trade[], interval: string) {
  const spec = parseInterval(interval)
  const tradeIds = findVenue(venueId)?.tradeIds
  if (spec === null || tradeIds === undefined) throw new Error(`${venueId} ${interval}`)
  const byInstrument = Map.groupBy(
    trades.map((trade, arrival) => ({ trade, arrival })),
    ({ trade }) => trade.instrument
  )
  return [...byInstrument].flatMap(([instrument, arrived]) =>
    buildCandles({
      instrument,
      tradeIds,
      spec,
      dayOf: utcDay,
      trades: arrived,
      tradesBefore: 0,
      runNowMs: 0,
      graceMs: 0
    }).map((candle) => ({
      type: 'candle',
      instrument: candle.instrument,
      interval: candle.interval,
      openMs: candle.openMs,
      closeMs: candle.closeMs,
      dayMs: candle.dayMs,
      index: candle.index,
      open: candle.open,
      high: candle.high,
      low: candle.low,
      close: candle.close,
      volume: candle.volume,
      buyVolume: candle.buyVolume,
      trades: candle.trades
    }))
  )
}

type Placed = {
  readonly instrument: string
  readonly openMs: number
  readonly index: number
  readonly dayMs: number
}

function byPlace(a: Placed, b: Placed): number {
  return (
    a.instrument.localeCompare(b.instrument) ||
    a.dayMs - b.dayMs ||
    a.index - b.index ||
    a.openMs - b.openMs
  )
}
