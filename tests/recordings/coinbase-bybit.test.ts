import { readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import type { MarketEvent } from '../../src/core/market/event.ts'
import { openFrames } from '../../src/recordings/frames.ts'
import { bybitLinear } from '../../src/venues/bybit/bybit.ts'
import { coinbase } from '../../src/venues/coinbase/coinbase.ts'
import { buildProductTable } from '../../src/venues/coinbase/product-table.ts'
import { createScanner } from '../../src/venues/coinbase/scan.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { capture, describeCaptures, replayCapture, tally } from '../support/captures.ts'
import type { ReplayedFrame } from '../support/captures.ts'
import { collect } from '../support/collect.ts'
import { scriptedRest } from '../support/scripted-rest.ts'

const bybitCapture = 'bmoscon+cryptofeed/D/v3-57d5f18d/BYBIT.linear.jsonl.zst'
const coins = ['BTC', 'ETH', 'SOL', 'DOGE'].map((coin) =>
  anInstrument({
    venue: 'bybit-linear',
    symbol: `${coin}-USDT`,
    venueSymbol: `${coin}USDT`
  })
)
const btcUsd = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })

type Content = {
  readonly topic: string
  readonly type: string
  readonly data: Readonly<Record<string, string>>
}

describeCaptures('Bybit linear, 42 s of 2026-08-09', () => {
  let replayed: ReplayedFrame[]

  beforeAll(async () => {
    replayed = await replayCapture(bybitCapture, bybitLinear.createParser(coins, 'capture'))
  })

  test('every frame is read, and nothing is rejected or unknown', () => {
    expect(tally(replayed)).toEqual({
      acknowledged: 17,
      trade: 327,
      quote: 638,
      statistics: 81,
      'ignored orderbook.200': 1_598,
      'ignored kline.1': 71
    })
  })

  test('trades are those of the frames, one for one', () => {
    const sent = replayed.flatMap(({ frame }) => {
      const { topic = '', data } = JSON.parse(frame.frame) as Partial<Content>
      return topic.startsWith('publicTrade.') && Array.isArray(data)
        ? (data as readonly Readonly<Record<string, string | number>>[])
        : []
    })
    const read = eventsOf(replayed).filter((event) => event.kind === 'trade')
    expect(
      read.map(({ id, eventMs, price, size, side }) => [id, eventMs, price, size, side])
    ).toEqual(
      sent.map(({ i, T, p, v, S }) => [i, T, Number(p), Number(v), String(S).toLowerCase()])
    )
    expect(new Set(read.map(({ id }) => id)).size).toBe(read.length)
  })

  test('quotes are the deltas laid over their snapshots', () => {
    const states = new Map<string, Readonly<Record<string, string>>>()
    for (const { frame, parsed } of replayed) {
      const { topic = '', type, data } = JSON.parse(frame.frame) as Partial<Content>
      if (!topic.startsWith('tickers.')) continue
      const state = { ...(type === 'snapshot' ? {} : states.get(topic)), ...data }
      states.set(topic, state)
      const events = parsed.kind === 'events' ? parsed.events : []
      for (const event of events) {
        if (event.kind !== 'quote') continue
        expect([event.bid, event.bidSize, event.ask, event.askSize]).toEqual(
          ['bid1Price', 'bid1Size', 'ask1Price', 'ask1Size'].map((field) => Number(state[field]))
        )
      }
    }
    expect(states.size).toBe(4)
  })

  test('frames of instruments nobody expects are unknown, every one', async () => {
    const none = await replayCapture(bybitCapture, bybitLinear.createParser([], 'capture'))
    const kinds = new Set(none.map(({ parsed }) => parsed.kind))
    expect(kinds).toEqual(new Set(['unknown', 'acknowledged']))
  })

  test('the real list of instruments is discovered without a problem but turnover', async () => {
    const frames = await collect(openFrames(capture(bybitCapture)))
    const listing = frames.find(({ direction, url }) => direction === 'rest' && url !== null)
    const body: unknown = JSON.parse(listing?.frame ?? '')
    const { context } = scriptedRest(({ pathname }) =>
      pathname.endsWith('instruments-info') ? { body } : null
    )
    const { instruments, complete, problems } = await bybitLinear.discover(context)
    expect({ complete, problems }).toEqual({
      complete: true,
      problems: [expect.stringContaining('turnover')]
    })
    expect(instruments).toHaveLength(800)
    expect(new Set(instruments.map(({ status }) => status))).toEqual(new Set(['trading']))
    expect(instruments.filter(({ tickSize, lotSize }) => !(tickSize && lotSize))).toEqual([])
    expect(instruments.find(({ venueSymbol }) => venueSymbol === 'BTCPERP')?.id).toBe(
      'bybit-linear:BTC-USDC'
    )
  })
})

describeCaptures('single frames of 2026-09', () => {
  test('Coinbase frames are read, three of them straight from their bytes', async () => {
    const scan = createScanner(buildProductTable([btcUsd]))
    const parser = coinbase.createParser([btcUsd], 'capture')
    const frames = (await singleFrames('coinbase-exchange')).map((frame) => Buffer.from(frame))
    const read = frames.map((frame) => parser.parse(frame, 1))
    expect(read.map((parsed) => (parsed.kind === 'events' ? parsed.events : parsed))).toMatchObject(
      [
        { kind: 'acknowledged', subscribed: [btcUsd.id] },
        [{ kind: 'anchor', id: 1087540757, side: 'sell', size: 0.00000035 }],
        [{ kind: 'trade', id: 1087540758, side: 'sell', eventMs: 1788335050104.422 }],
        [
          { kind: 'quote', bid: 77572.87, ask: 77575.85 },
          { kind: 'statistics', volume24h: 7336.73471395 }
        ],
        [{ kind: 'heartbeat', lastTradeId: 1092969669 }]
      ]
    )
    expect(frames.map((frame) => scan(frame, 1) !== null)).toEqual([false, false, true, true, true])
  })

  test('the refusal of Bybit is read, though it names no topic of ours', async () => {
    const [frame = ''] = await singleFrames('bybit-v5')
    expect(bybitLinear.createParser(coins, 'capture').parse(Buffer.from(frame), 1)).toMatchObject({
      kind: 'refused',
      requestId: null,
      code: 'unknown-instrument',
      instruments: []
    })
  })
})

function eventsOf(replayed: readonly ReplayedFrame[]): readonly MarketEvent[] {
  return replayed.flatMap(({ parsed }) => (parsed.kind === 'events' ? parsed.events : []))
}

async function singleFrames(venue: string): Promise<readonly string[]> {
  const text = await readFile(capture('misc-single-frames/D/frames.jsonl'), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly venue: string; readonly frame: string })
    .filter((single) => single.venue === venue)
    .map(({ frame }) => frame)
}
