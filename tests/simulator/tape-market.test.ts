import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decimalsOf, listTape } from '../../src/simulator/tape-listing.ts'
import { TapeMarket } from '../../src/simulator/tape-market.ts'
import type { SimTrade } from '../../src/simulator/market.ts'
import type { Json } from '../support/frame-client.ts'
import { connected, runningSimulator } from '../support/running-simulator.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'

const startMs = 1_381_150_800_000

async function aTape(rows: readonly string[]): Promise<string> {
  const path = join(await scratchFolder(), 'tape.csv')
  await writeFile(path, ['instrument,event_ms,price,size,side,id,conditions', ...rows].join('\n'))
  return path
}

/** Rows that repeat each other now and then, as real prints do. */
function spyRows(count: number): string[] {
  return Array.from(Array(count).keys(), (index) => {
    const pair = Math.floor(index / 2)
    return `eodhd:SPY,${startMs + pair * 5},${168 + (pair % 300) / 100},${100 + (pair % 7)},,,`
  })
}

async function aTapeMarket(rows: readonly string[], speed: number | 'max' = 'max') {
  const path = await aTape(rows)
  const market = new TapeMarket({ path, listing: await listTape(path), speed })
  const trades: SimTrade[] = []
  market.listen({ trade: (trade) => trades.push(trade) })
  return { market, trades }
}

async function isFinished(control: string): Promise<boolean> {
  const truth = (await (await fetch(`${control}/truth`)).json()) as Json
  return truth['finished'] === true
}

describe('TapeMarket', () => {
  test('plays every row once, in file order, on the clock of the tape', async () => {
    const { market, trades } = await aTapeMarket([
      `eodhd:SPY,${startMs},168.9,100,,,12 37`,
      `coinbase:BTC-USD,${startMs + 5.25},250000.01,0.00000001,sell,77,`,
      `eodhd:SPY,${startMs + 2},168.9,100,,,12 37`,
      `bybit-linear:BTC-USDT,${startMs + 9},0.00001234,5,buy,2f1d6a3c-0000-4000-8000-000000000001,`
    ])
    expect(market.nowMs()).toBe(startMs)
    await market.play()
    expect(market.isFinished).toBe(true)
    expect(market.nowMs()).toBe(startMs + 9)
    expect(
      trades.map(({ instrument, id, eventMs, price, size }) => {
        return [instrument, id, eventMs - startMs, price, size]
      })
    ).toEqual([
      ['eodhd:SPY', 1, 0, 168.9, 100],
      ['coinbase:BTC-USD', 77, 5.25, 250_000.01, 1e-8],
      ['eodhd:SPY', 2, 2, 168.9, 100],
      ['bybit-linear:BTC-USDT', 1, 9, 0.00001234, 5]
    ])
    expect(trades[0]?.conditions).toEqual([12, 37])
    expect(trades[1]).toMatchObject({
      priceText: '250000.01',
      sizeText: '0.00000001',
      takerSide: 'sell'
    })
    expect(trades[3]?.textId).toBe('2f1d6a3c-0000-4000-8000-000000000001')
  })

  test('lists its instruments as their venues spell them', async () => {
    const { market } = await aTapeMarket([
      `eodhd:SPY,${startMs},1,1,,,`,
      `coinbase:BTC-USD,${startMs},1,1,,,`,
      `bybit-linear:BTC-USDT,${startMs},1,1,,,`
    ])
    expect(market.find('eodhd', 'SPY')?.id).toBe('eodhd:SPY')
    expect(market.find('coinbase', 'BTC-USD')?.id).toBe('coinbase:BTC-USD')
    expect(market.find('bybit-linear', 'BTCUSDT')?.id).toBe('bybit-linear:BTC-USDT')
    expect(market.instruments('bybit-spot')).toEqual([])
  })

  test('makes minute candles and finds trades of what it played', async () => {
    const { market } = await aTapeMarket([
      `eodhd:SPY,${startMs},168.5,100,,,`,
      `eodhd:SPY,${startMs + 59_999},168.4,50,,,`,
      `eodhd:SPY,${startMs + 60_000},168.7,1,,,`
    ])
    await market.play()
    expect(market.candles('eodhd:SPY', 60_000, startMs, startMs + 120_000)).toEqual([
      { openMs: startMs, open: 168.5, high: 168.5, low: 168.4, close: 168.4, volume: 150 },
      { openMs: startMs + 60_000, open: 168.7, high: 168.7, low: 168.7, close: 168.7, volume: 1 }
    ])
    expect(market.tradesById('eodhd:SPY', 2, 3).map(({ price }) => price)).toEqual([168.4, 168.7])
    expect(market.state('eodhd:SPY')).toMatchObject({ bid: ['168.6', expect.any(String)] })
  })

  test('waits while somebody is congested', async () => {
    const { market, trades } = await aTapeMarket(spyRows(5_000))
    let isCongested = true
    market.listen({ congested: () => isCongested })
    const played = market.play()
    await until(() => trades.length > 0, 'the first slice')
    const whileCongested = trades.length
    expect(whileCongested).toBeLessThan(1_000)
    isCongested = false
    await played
    expect(trades).toHaveLength(5_000)
  })

  test('plays at a multiple of its own speed', async () => {
    const { market, trades } = await aTapeMarket(spyRows(400), 20)
    const startedMs = performance.now()
    await market.play()
    expect(performance.now() - startedMs).toBeGreaterThan((199 * 5) / 20 - 1)
    expect(trades).toHaveLength(400)
  })

  test('stops when closed', async () => {
    const { market, trades } = await aTapeMarket(spyRows(400), 0.01)
    const played = market.play()
    await market.close()
    await played
    expect(trades.length).toBeLessThan(400)
    expect(market.isFinished).toBe(false)
  })

  test.each([
    [[], /holds no trade/],
    [['kraken:BTC-USD,1,1,1,,,'], /kraken:BTC-USD.*coinbase/],
    [['eodhd:SPY,1,0,1,,,'], /price/]
  ])('refuses the tape %j', async (rows, message) => {
    await expect(listTape(await aTape(rows))).rejects.toThrow(message)
  })

  test.each([
    [1, 0],
    [0.25, 2],
    [1e-8, 8],
    [1.5e-7, 8],
    [123456.789, 3],
    [1e21, 0]
  ])('needs for %d so many digits: %i', (value, digits) => {
    expect(decimalsOf(value)).toBe(digits)
  })
})

describe('a simulator fed from a tape', () => {
  test('sends the whole tape at full speed over a real socket, repeats and order kept', async () => {
    const rows = spyRows(20_000)
    const simulator = await runningSimulator({ tape: await aTape(rows), speed: 'max' })
    const client = await connected(`${simulator.ready.venues['eodhd']?.wsUrl ?? ''}?api_token=key`)
    await client.wait({ status_code: 200 })
    client.send({ action: 'subscribe', symbols: 'SPY' })
    await until(() => client.texts.length === rows.length + 1, 'the whole tape', 15_000)
    const received = client.frames.slice(1).map(({ t, p, v }) => [t, p, v])
    expect(received).toEqual(rows.map((row) => row.split(',').slice(1, 4).map(Number)))
    await until(() => isFinished(simulator.ready.control), 'the truth to say finished')
    expect(simulator.truth.instruments()['eodhd:SPY']?.trades).toBe(rows.length)
  })

  test('begins when each of its instruments has a subscriber', async () => {
    const rows = [`eodhd:SPY,${startMs},1,1,,,`, `eodhd:QLD,${startMs},2,1,,,`]
    const simulator = await runningSimulator({ tape: await aTape(rows), speed: 'max' })
    const client = await connected(`${simulator.ready.venues['eodhd']?.wsUrl ?? ''}?api_token=key`)
    await client.wait({ status_code: 200 })
    client.send({ action: 'subscribe', symbols: 'SPY' })
    await until(() => simulator.truth.isSubscribed('eodhd:SPY'), 'the first subscription')
    expect(await isFinished(simulator.ready.control)).toBe(false)
    client.send({ action: 'subscribe', symbols: 'QLD' })
    await client.wait({ s: 'SPY' })
    await client.wait({ s: 'QLD' })
    expect(client.texts).toHaveLength(3)
  })

  test('begins when told to', async () => {
    const rows = [`eodhd:SPY,${startMs},1,1,,,`, `eodhd:QLD,${startMs},2,1,,,`]
    const simulator = await runningSimulator({ tape: await aTape(rows), speed: 'max' })
    const { control } = simulator.ready
    expect((await fetch(`${control}/start`, { method: 'POST' })).status).toBe(200)
    await until(() => isFinished(control), 'the tape to end')
    expect(simulator.market.newestTrades('eodhd:SPY', 9)).toHaveLength(1)
  })
})
