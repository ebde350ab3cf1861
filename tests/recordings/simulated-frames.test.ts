import { readFile } from 'node:fs/promises'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { openFrames } from '../../src/recordings/frames.ts'
import { startBybitServer } from '../../src/simulator/bybit/server.ts'
import { startCoinbaseServer } from '../../src/simulator/coinbase/server.ts'
import type { LimitedVenueServer } from '../../src/simulator/http/breaches.ts'
import { capture, describeCaptures } from '../support/captures.ts'
import { FrameClient } from '../support/frame-client.ts'
import { shapeOf, shapeOfText } from '../support/frame-shape.ts'
import { noFaults } from '../support/no-faults.ts'
import { RecordedTruth } from '../support/recorded-truth.ts'
import { sampleTape } from '../support/sample-tape.ts'
import { aSimInstrument, StubMarket } from '../support/stub-market.ts'
import { until } from '../support/until.ts'

async function client(server: LimitedVenueServer): Promise<FrameClient> {
  onTestFinished(() => server.close())
  const made = await FrameClient.open(server.wsUrl)
  onTestFinished(() => made.close())
  return made
}

type SingleFrame = { readonly venue: string; readonly frame: string }

async function singleFrames(venue: string): Promise<string[]> {
  const text = await readFile(capture('misc-single-frames/D/frames.jsonl'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines
    .map((line) => JSON.parse(line) as SingleFrame)
    .filter((single) => single.venue === venue)
    .map((single) => single.frame)
}

function typeOf(text: string): string {
  return String((JSON.parse(text) as { readonly type: unknown }).type)
}

describeCaptures('simulated Coinbase beside single captured frames', () => {
  test('each has the keys of the captured one in its order, and the same kinds of values', async () => {
    const captured = await singleFrames('coinbase-exchange')
    const instruments = [aSimInstrument('coinbase', 'BTC')]
    const market = new StubMarket(instruments)
    const server = await startCoinbaseServer({
      market,
      truth: new RecordedTruth(),
      faults: noFaults,
      port: 0,
      tuning: { heartbeatMs: 10 }
    })
    const one = await client(server)
    const [before, after] = sampleTape(instruments, 2)
    if (before === undefined || after === undefined) throw new Error('a tape of two')
    market.emit(before)
    const channels = ['matches', 'ticker', 'heartbeat']
    one.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels })
    await one.wait({ type: 'subscriptions' })
    market.emit(after)
    for (const type of ['match', 'heartbeat']) await one.wait({ type })

    expect(captured.map(typeOf).sort()).toEqual([
      'heartbeat',
      'last_match',
      'match',
      'subscriptions',
      'ticker'
    ])
    for (const text of captured) {
      const simulated = one.texts.filter((other) => typeOf(other) === typeOf(text))
      expect(simulated.length).toBeGreaterThan(0)
      for (const other of simulated) expect(shapeOfText(other)).toBe(shapeOfText(text))
    }
  })
})

type BybitFrame = {
  readonly topic?: string
  readonly type?: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** What a frame is, apart from its instrument: `orderbook.200 delta`, `ack`. */
function kindOf(text: string): string {
  const frame = JSON.parse(text) as BybitFrame
  if (frame.topic === undefined) return 'ack'
  return `${frame.topic.slice(0, frame.topic.lastIndexOf('.'))} ${frame.type ?? ''}`
}

function byKind(texts: readonly string[]): Map<string, string[]> {
  return Map.groupBy(texts, kindOf)
}

function fieldsOf(text: string): string[] {
  return Object.keys((JSON.parse(text) as BybitFrame).data ?? {})
}

/** Every pair of fields of which the first was seen before the second. */
function orderedPairs(texts: readonly string[]): Set<string> {
  const pairs = new Set<string>()
  for (const text of texts) {
    const fields = fieldsOf(text)
    fields.forEach((first, at) => {
      for (const second of fields.slice(at + 1)) pairs.add(`${first} < ${second}`)
    })
  }
  return pairs
}

/** Each field's kind of value, by name. */
function fieldKinds(texts: readonly string[]): Set<string> {
  const kinds = new Set<string>()
  for (const text of texts) {
    const { data = {} } = JSON.parse(text) as BybitFrame
    for (const [name, value] of Object.entries(data)) kinds.add(`${name}: ${shapeOf(value)}`)
  }
  return kinds
}

const bybitCapture = 'bmoscon+cryptofeed/D/v3-57d5f18d/BYBIT.linear.jsonl.zst'

/** Frames of a simulated linear venue over a few hundred trades. */
async function simulatedLinear(): Promise<string[]> {
  const instruments = ['BTC', 'ETH'].map((base) =>
    aSimInstrument('bybit-linear', base, { priceDigits: 2, sizeDigits: 3 })
  )
  const market = new StubMarket(instruments)
  const minute = 60_000
  const startMs = market.clockMs
  for (const { id } of instruments) {
    const candle = { openMs: startMs, open: 10, high: 12.5, low: 9, close: 11, volume: 0.3 }
    market.setCandles(id, minute, [candle])
  }
  const server = await startBybitServer({
    market,
    truth: new RecordedTruth(),
    faults: noFaults,
    port: 0,
    category: 'linear',
    tuning: { linearTickerMs: 2, klineMs: 2, bookMs: { 1: 2, 50: 2, 200: 2 } }
  })
  const one = await client(server)
  for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
    const topics = ['publicTrade', 'tickers', 'kline.1', 'orderbook.200']
    one.send({ op: 'subscribe', args: topics.map((topic) => `${topic}.${symbol}`) })
  }
  await one.wait({ op: 'subscribe' }, 2)
  await one.wait({ topic: 'kline.1.ETHUSDT' })
  for (const [at, trade] of sampleTape(instruments, 200).entries()) {
    market.emit(trade)
    const bid = (trade.price - 1).toFixed(2)
    if (at % 10 === 0) {
      market.setBook(trade.instrument, [[bid, '1.000']], [[trade.priceText, '2.000']])
    }
    if (at % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  market.clockMs = startMs + minute + 5
  for (const topic of ['orderbook.200.BTCUSDT', 'tickers.BTCUSDT']) {
    await one.wait({ topic, type: 'delta' })
  }
  await until(() => one.texts.some((text) => text.includes('"confirm":true')), 'a closed candle')
  return one.texts
}

describeCaptures('simulated Bybit linear beside 42 s of captured frames', () => {
  let captured: Map<string, string[]>
  let instrumentsInfo = ''

  beforeAll(async () => {
    const texts: string[] = []
    for await (const frame of openFrames(capture(bybitCapture))) {
      if (frame.direction === 'received') texts.push(frame.frame)
      if (frame.direction === 'rest') instrumentsInfo = frame.frame
    }
    captured = byKind(texts)
  })

  test('every kind has keys in the captured order and the same kinds of values', async () => {
    const simulated = byKind(await simulatedLinear())
    const wholeKinds = [
      'ack',
      'kline.1 snapshot',
      'orderbook.200 delta',
      'orderbook.200 snapshot',
      'publicTrade snapshot',
      'tickers snapshot'
    ]
    expect([...captured.keys()].sort()).toEqual([...wholeKinds, 'tickers delta'].sort())
    expect([...simulated.keys()].sort()).toEqual([...captured.keys()].sort())
    for (const kind of wholeKinds) {
      const shapes = new Set((captured.get(kind) ?? []).map(shapeOfText))
      for (const text of simulated.get(kind) ?? []) expect(shapes).toContain(shapeOfText(text))
    }
  })

  test('ticker deltas name known fields in the captured order, the same ones together', async () => {
    const real = captured.get('tickers delta') ?? []
    const ours = byKind(await simulatedLinear()).get('tickers delta') ?? []
    const realPairs = orderedPairs(real)
    const reversed = [...orderedPairs(ours)].filter((pair) => {
      const [first, second] = pair.split(' < ')
      return realPairs.has(`${second ?? ''} < ${first ?? ''}`)
    })
    expect(reversed).toEqual([])
    const realKinds = fieldKinds([...real, ...(captured.get('tickers snapshot') ?? [])])
    for (const kind of fieldKinds(ours)) expect(realKinds).toContain(kind)
    const together = [
      ['bid1Price', 'bid1Size'],
      ['ask1Price', 'ask1Size'],
      ['turnover24h', 'volume24h']
    ]
    for (const text of [...real, ...ours]) {
      const fields = fieldsOf(text)
      expect(fields[0]).toBe('symbol')
      for (const names of together) {
        expect([0, names.length]).toContain(names.filter((name) => fields.includes(name)).length)
      }
    }
  })

  test('instruments-info lists contracts in a captured form', async () => {
    const market = new StubMarket([aSimInstrument('bybit-linear', 'BTC', { sizeDigits: 3 })])
    const server = await startBybitServer({
      market,
      truth: new RecordedTruth(),
      faults: noFaults,
      port: 0,
      category: 'linear'
    })
    onTestFinished(() => server.close())
    const query = 'category=linear&status=Trading&limit=1000'
    const answer = await fetch(`${server.restUrl}/v5/market/instruments-info?${query}`)
    type Body = { readonly result: { readonly list: readonly unknown[] } }
    const ours = (await answer.json()) as Body
    const real = JSON.parse(instrumentsInfo) as Body
    const shapes = new Set(real.result.list.map(shapeOf))
    expect(shapes).toContain(shapeOf(ours.result.list[0]))
    const withoutList = (body: Body) => shapeOf({ ...body, result: { ...body.result, list: [] } })
    expect(withoutList(ours)).toBe(withoutList(real))
  })
})

describeCaptures('simulated Bybit beside a captured refusal', () => {
  test('an unknown topic is refused in the same words', async () => {
    const [real] = await singleFrames('bybit-v5')
    const server = await startBybitServer({
      market: new StubMarket([aSimInstrument('bybit-linear', 'BTC')]),
      truth: new RecordedTruth(),
      faults: noFaults,
      port: 0,
      category: 'linear'
    })
    const one = await client(server)
    one.send({ op: 'subscribe', args: ['liquidations:BTCUSDT'] })
    await one.wait({ success: false })
    const withoutConnection = (text = '') => text.replace(/"conn_id":"[^"]*"/, '')
    expect(withoutConnection(one.texts[0])).toBe(withoutConnection(real))
  })
})
