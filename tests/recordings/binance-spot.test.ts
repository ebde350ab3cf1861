import { readFile } from 'node:fs/promises'
import { zstdDecompressSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import type { Trade } from '../../src/core/market/event.ts'
import { openFrames } from '../../src/recordings/frames.ts'
import { binanceSpot } from '../../src/venues/binance-spot/binance-spot.ts'
import { createParser } from '../../src/venues/binance-spot/parse.ts'
import { anInstrument } from '../support/an-instrument.ts'
import {
  capture,
  describeCaptures,
  replayCapture,
  tally,
  type ReplayedFrame
} from '../support/captures.ts'
import { collect } from '../support/collect.ts'
import { scriptedRest } from '../support/scripted-rest.ts'

const hftbacktest = 'nkaz001+hftbacktest/D/spot'
const cryptofeed = 'bmoscon+cryptofeed/D/v3-57d5f18d'
const bitcoin = anInstrument({ venue: 'binance-spot', symbol: 'BTC-USDT', venueSymbol: 'BTCUSDT' })

describeCaptures('BTCUSDT of 2024-08-08 and -09', () => {
  let eighth: ReplayedFrame[]
  let ninth: ReplayedFrame[]

  beforeAll(async () => {
    eighth = await replayCapture(`${hftbacktest}/btcusdt_20240808.gz`, createParser([bitcoin]))
    ninth = await replayCapture(`${hftbacktest}/btcusdt_20240809.gz`, createParser([bitcoin]))
  })

  test('every frame is read, and nothing is rejected or unknown', () => {
    expect(tally(eighth)).toEqual({ trade: 9_757, quote: 28_040, 'ignored depthUpdate': 3_451 })
    expect(tally(ninth)).toEqual({ trade: 10_147, quote: 45_134, 'ignored depthUpdate': 3_044 })
  })

  test('trade ids rise by one within each file and from one to the next', () => {
    const ids = tradesOf([...eighth, ...ninth]).map(({ id }) => Number(id))
    expect(ids).toHaveLength(19_904)
    expect(stepsOf(ids)).toEqual(new Set([1]))
    expect(stepsOf(ids.toSpliced(5_000, 1))).toEqual(new Set([1, 2]))
  })

  test('keeps the venue time though the recording clock ran more than a second behind it', () => {
    const leads = tradesOf(eighth).map(({ eventMs, receivedMs }) => eventMs - receivedMs)
    expect(Math.min(...leads)).toBeGreaterThan(1_000)
    expect(Math.max(...leads)).toBeLessThan(1_300)
  })

  test('prices and sizes are the nearest numbers to the text of the venue', () => {
    for (const { frame, parsed } of eighth) {
      if (parsed.kind !== 'events') continue
      const { data } = JSON.parse(frame.frame) as { data: Readonly<Record<string, string>> }
      for (const event of parsed.events) {
        if (event.kind !== 'trade') continue
        const sent = { price: Number(data['p']), size: Number(data['q']) }
        if (event.price !== sent.price || event.size !== sent.size)
          expect(event).toMatchObject(sent)
      }
    }
    expect(tradesOf(eighth)[0]).toMatchObject({ price: 61837.63, size: 0.02, side: 'sell' })
  })
})

describeCaptures('four quiet markets of 2021-10-12', () => {
  test('are discovered from the captured list, and every frame is read', async () => {
    const frames = await collect(openFrames(capture(`${cryptofeed}/BINANCE.jsonl.zst`)))
    const listing = frames.find(({ url }) => url?.endsWith('/exchangeInfo'))
    const body: unknown = JSON.parse(listing?.frame ?? '')
    const { context } = scriptedRest((url) =>
      url.pathname.endsWith('exchangeInfo') ? { body } : { body: [] }
    )
    const { instruments, problems } = await binanceSpot.discover(context)
    expect(problems).toEqual([])
    expect(instruments).toHaveLength(1_695)
    expect(instruments.find(({ symbol }) => symbol === 'NKN-USDT')).toMatchObject({
      tickSize: 0.0001,
      lotSize: 1,
      status: 'trading'
    })
    const parser = createParser(instruments)
    const replayed = await replayCapture(`${cryptofeed}/BINANCE.jsonl.zst`, parser)
    expect(tally(replayed)).toEqual({
      quote: 84,
      'ignored depthUpdate': 177,
      'ignored aggTrade': 2,
      'ignored kline': 2
    })
  })
})

describeCaptures('captured REST answers', () => {
  let answers: Readonly<Record<string, { readonly GET: readonly Answer[] }>>

  beforeAll(async () => {
    const file = capture('thrasher-corp+gocryptotrader/D/binance_http.json.zst')
    const text = zstdDecompressSync(await readFile(file)).toString()
    answers = (JSON.parse(text) as { routes: typeof answers }).routes
  })

  test('the list of markets is read without a problem', async () => {
    const [listing] = answers['/api/v3/exchangeInfo']?.GET ?? []
    const { context } = scriptedRest((url) =>
      url.pathname.endsWith('exchangeInfo') ? { body: listing?.data } : { body: [] }
    )
    const { instruments, problems } = await binanceSpot.discover(context)
    expect(problems).toEqual([])
    expect(instruments.length).toBeGreaterThan(0)
  })

  test('a thousand trades are read as they stand', async () => {
    const newest = answerTo('/api/v3/trades', 'limit=1000&symbol=ETHBTC')
    const { context } = scriptedRest(() => ({ body: newest }))
    const { trades = [], unreadable } =
      (await binanceSpot.fetchRecentTrades(context, bitcoin)) ?? {}
    expect(stepsOf(trades.map(({ id }) => Number(id)))).toEqual(new Set([1]))
    expect(trades).toHaveLength(1_000)
    expect(unreadable).toBe(0)
  })

  test('hours are read up to the end of the range, a stop of the venue left out', async () => {
    const [fromMs, toMs] = [1_591_880_400_000, 1_593_572_400_000]
    const range = `endTime=${toMs}&interval=1h&limit=1000&startTime=${fromMs}&symbol=BTCUSDT`
    const rows = answerTo('/api/v3/klines', range)
    const { context } = scriptedRest(() => ({ body: rows }))
    const request = { instrument: bitcoin, interval: '1h', fromMs, toMs }
    const candles = await binanceSpot.fetchCandles(context, request)
    expect(candles).toHaveLength(467)
    expect(candles?.[0]).toMatchObject({ openMs: fromMs, open: 9721.37, trades: 81_486 })
  })

  function answerTo(route: string, query: string): unknown {
    return answers[route]?.GET.find(({ queryString }) => queryString === query)?.data
  }
})

type Answer = { readonly data: unknown; readonly queryString: string }

function tradesOf(replayed: readonly ReplayedFrame[]): Trade[] {
  return replayed.flatMap(({ parsed }) =>
    parsed.kind === 'events' ? parsed.events.filter((event) => event.kind === 'trade') : []
  )
}

/** Every difference between neighbours. */
function stepsOf(ids: readonly number[]): Set<number> {
  return new Set(ids.slice(1).map((id, index) => id - (ids[index] ?? NaN)))
}
