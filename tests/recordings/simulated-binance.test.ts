import { readFile } from 'node:fs/promises'
import { zstdDecompressSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { openFrames } from '../../src/recordings/frames.ts'
import { binanceStand, type BinanceStand } from '../support/binance-stand.ts'
import { capture, describeCaptures } from '../support/captures.ts'
import { shapeOf, shapeOfText } from '../support/frame-shape.ts'
import { sampleTape } from '../support/sample-tape.ts'
import { until } from '../support/until.ts'

const cryptofeed = 'bmoscon+cryptofeed/D/v3-57d5f18d/BINANCE.jsonl.zst'
const hftbacktest = 'nkaz001+hftbacktest/D/spot/btcusdt_20240808.gz'
const restCapture = 'thrasher-corp+gocryptotrader/D/binance_http.json.zst'
const streams = ['trade', 'aggTrade', 'bookTicker', 'kline_1m', 'depth@100ms']

/** What a frame is, apart from its symbol: `depth@100ms`. */
function kindOf(text: string): string {
  const { stream = 'other' } = JSON.parse(text) as { readonly stream?: string }
  return stream.slice(stream.indexOf('@') + 1)
}

async function capturedShapes(): Promise<Map<string, Set<string>>> {
  const shapes = new Map<string, Set<string>>()
  for (const name of [cryptofeed, hftbacktest]) {
    for await (const { direction, frame } of openFrames(capture(name))) {
      if (direction !== 'received') continue
      const kind = kindOf(frame)
      const known = shapes.get(kind) ?? new Set()
      shapes.set(kind, known.add(shapeOfText(frame)))
    }
  }
  return shapes
}

/** A venue that trades, and the frames of a combined connection to it, by kind. */
async function simulated(): Promise<{ stand: BinanceStand; frames: Map<string, string[]> }> {
  const stand = await binanceStand({ klineMs: 2, bookMs: { 100: 2, 1000: 1000 } })
  const { market } = stand
  const instruments = market.instruments('binance-spot').filter(({ trading }) => trading)
  for (const { id } of instruments) {
    const candle = { open: 10, high: 12.5, low: 9, close: 11, volume: 0.3 }
    market.setCandles(id, 60_000, [{ openMs: market.clockMs, ...candle }])
  }
  const names = streams.flatMap((kind) => [`btcusdt@${kind}`, `ethusdt@${kind}`])
  const one = await stand.client(`/stream?streams=${names.join('/')}`)
  one.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 })
  await one.wait({ id: 1 })
  for (const [at, trade] of sampleTape(instruments, 200).entries()) {
    market.emit(trade)
    const size = (1 + at).toFixed(8)
    if (at % 10 === 0) {
      market.setBook(trade.instrument, [['99.00', size]], [[trade.priceText, size]])
    }
    if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  market.clockMs += 60_005
  await until(
    () =>
      streams.every((kind) => one.texts.some((text) => text.includes(`@${kind}"`))) &&
      one.texts.some((text) => text.includes('"x":true')),
    'every kind of frame'
  )
  const frames = Map.groupBy(
    one.texts.filter((text) => text.startsWith('{"stream"')),
    kindOf
  )
  return { stand, frames }
}

describeCaptures('simulated Binance beside captured frames of 2021 and 2024', () => {
  let captured: Map<string, Set<string>>

  beforeAll(async () => {
    captured = await capturedShapes()
  })

  test('every kind has the captured keys in their order and the same kinds of values', async () => {
    const { frames } = await simulated()
    expect([...captured.keys()].filter((kind) => kind !== 'other').sort()).toEqual(streams.sort())
    expect([...frames.keys()].sort()).toEqual(streams.sort())
    for (const kind of streams) {
      for (const text of frames.get(kind) ?? []) {
        expect(captured.get(kind)).toContain(shapeOfText(text))
      }
    }
  })

  test('a frame with another order of keys would be told apart', () => {
    const swapped = '{"stream":"btcusdt@bookTicker","data":{"s":"BTCUSDT","u":1}}'
    expect(captured.get('bookTicker')).not.toContain(shapeOfText(swapped))
  })
})

type Recorded = {
  readonly routes: Readonly<
    Record<string, Readonly<Record<string, readonly { readonly data: unknown }[]>>>
  >
}

/** Describes a value with the keys of its objects in alphabetical order, as the mock was written. */
function sortedShape(value: unknown): string {
  return shapeOf(sortKeys(value))
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(fields.map(([name, field]) => [name, sortKeys(field)]))
}

describeCaptures('simulated REST of Binance beside recorded answers', () => {
  let recorded: Recorded

  beforeAll(async () => {
    const bytes = zstdDecompressSync(await readFile(capture(restCapture)))
    recorded = JSON.parse(bytes.toString('utf8')) as Recorded
  })

  function answers(path: string): readonly unknown[] {
    return (recorded.routes[`/api/v3/${path}`]?.['GET'] ?? []).map(({ data }) => data)
  }

  test.each([
    ['trades', 'trades?symbol=BTCUSDT'],
    ['historicalTrades', 'historicalTrades?symbol=BTCUSDT'],
    ['aggTrades', 'aggTrades?symbol=BTCUSDT'],
    ['depth', 'depth?symbol=BTCUSDT'],
    ['klines', 'klines?symbol=BTCUSDT&interval=1m'],
    ['ticker/24hr', 'ticker/24hr?symbol=BTCUSDT']
  ])('%s has the recorded keys and kinds of values', async (path, question) => {
    const { stand } = await simulated()
    const ours = sortedShape(await (await stand.ask(question)).json())
    const real = new Set(answers(path).map(sortedShape))
    expect(real.size).toBeGreaterThan(0)
    expect(real).toContain(ours)
  })

  test('exchangeInfo tells each symbol with the recorded keys and filters', async () => {
    type Info = { readonly symbols: readonly Readonly<Record<string, unknown>>[] }
    const { stand } = await simulated()
    const ours = (await (await stand.ask('exchangeInfo')).json()) as Info
    const [real] = answers('exchangeInfo') as readonly Info[]
    const head = (info: Info | undefined) => sortedShape({ ...info, symbols: [] })
    expect(head(ours)).toBe(head(real))
    const withoutGroups = (symbol: Readonly<Record<string, unknown>> | undefined) =>
      sortedShape({ ...symbol, permissionSets: [] })
    const known = new Set(real?.symbols.map(withoutGroups))
    for (const symbol of ours.symbols) expect(known).toContain(withoutGroups(symbol))
  })
})
