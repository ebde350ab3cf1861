import { describe, expect, test } from 'vitest'
import { applyFault } from '../../../src/simulator/faults/fault-kinds.ts'
import type { FaultCommand } from '../../../src/simulator/faults/fault-parameters.ts'
import type { SimTrade } from '../../../src/simulator/market.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { runningSimulator } from '../../support/running-simulator.ts'

const bitcoin = 'coinbase:BTC-USD'
const perpetual = 'bybit-linear:BTC-USDT'

type CoinbaseRow = {
  readonly trade_id: number
  readonly price: string
  readonly time: string
}
type BybitRow = { readonly execId: string; readonly symbol: string; readonly price: string }

async function simulatorWithTrades(): Promise<Simulator> {
  const simulator = await runningSimulator({ venues: ['coinbase', 'bybit-linear'], rate: 0.01 })
  for (const instrument of [bitcoin, perpetual, 'coinbase:ETH-USD', 'bybit-linear:ETH-USDT']) {
    fault(simulator, { kind: 'burst', instrument, n: 30 })
    fault(simulator, { kind: 'quiet', instrument, ms: 3_600_000 })
  }
  return simulator
}

function fault(simulator: Simulator, command: FaultCommand): void {
  expect(applyFault(command, simulator.faults)).toEqual({ outcome: 'applied' })
}

async function ask(simulator: Simulator, venue: string, path: string): Promise<Response> {
  return fetch(`${simulator.ready.venues[venue]?.restUrl ?? ''}${path}`, {
    headers: { 'user-agent': 'test' }
  })
}

async function coinbaseRows(simulator: Simulator): Promise<CoinbaseRow[]> {
  const answer = await ask(simulator, 'coinbase', '/products/BTC-USD/trades?limit=20')
  return (await answer.json()) as CoinbaseRow[]
}

async function bybitRows(simulator: Simulator): Promise<BybitRow[]> {
  const path = '/v5/market/recent-trade?category=linear&symbol=BTCUSDT&limit=20'
  const answer = await ask(simulator, 'bybit-linear', path)
  return ((await answer.json()) as { result: { list: BybitRow[] } }).result.list
}

/** What really happened, newest first. */
function truthOf(simulator: Simulator, instrument: typeof bitcoin | typeof perpetual): SimTrade[] {
  return [...simulator.market.newestTrades(instrument, 20)].reverse()
}

describe('rest-fail', () => {
  test('answers so many requests with a status and a pause', async () => {
    const simulator = await simulatorWithTrades()
    const command = { kind: 'rest-fail', venue: 'coinbase', status: 429, retryAfter: '7', n: 2 }
    fault(simulator, command)
    const answers = [1, 2, 3].map(() => ask(simulator, 'coinbase', '/products/BTC-USD/trades'))
    const got = (await Promise.all(answers)).map(({ status, headers }) => [
      status,
      headers.get('retry-after')
    ])
    expect(got.toSorted()).toEqual([
      [200, null],
      [429, '7'],
      [429, '7']
    ])
  })

  test('fails one path only where told', async () => {
    const simulator = await simulatorWithTrades()
    fault(simulator, { kind: 'rest-fail', venue: 'bybit-linear', path: 'recent-trade', ms: 60_000 })
    const statuses = ['recent-trade', 'time'].map(async (path) => {
      const query = '?category=linear&symbol=BTCUSDT'
      return (await ask(simulator, 'bybit-linear', `/v5/market/${path}${query}`)).status
    })
    expect(await Promise.all(statuses)).toEqual([500, 200])
  })
})

describe('rest-lie', () => {
  test('tells wrong ids', async () => {
    const simulator = await simulatorWithTrades()
    const truth = truthOf(simulator, bitcoin)
    fault(simulator, { kind: 'rest-lie', venue: 'coinbase', about: 'ids', by: 1_000 })
    const rows = await coinbaseRows(simulator)
    expect(rows.map(({ trade_id: id }) => id)).toEqual(truth.map(({ id }) => id + 1_000))
    fault(simulator, { kind: 'rest-lie', venue: 'bybit-linear', about: 'ids' })
    const known = new Set(truthOf(simulator, perpetual).map(({ textId }) => textId))
    const told = (await bybitRows(simulator)).filter(({ execId }) => !known.has(execId))
    expect(told).toHaveLength(3)
  })

  test('tells another price for the same ids, and the same lie again', async () => {
    const simulator = await simulatorWithTrades()
    const command = { kind: 'rest-lie', instrument: bitcoin, about: 'price', share: 0.5, seed: 9 }
    fault(simulator, command)
    const truth = truthOf(simulator, bitcoin)
    const rows = await coinbaseRows(simulator)
    expect(rows.map(({ trade_id: id }) => id)).toEqual(truth.map(({ id }) => id))
    const wrong = rows.filter(({ price }, at) => Number(price) !== truth[at]?.price)
    expect(wrong.length).toBeGreaterThan(2)
    expect(wrong.length).toBeLessThan(18)
    expect(await coinbaseRows(simulator)).toEqual(rows)
  })

  test('tells shifted times', async () => {
    const simulator = await simulatorWithTrades()
    fault(simulator, { kind: 'rest-lie', instrument: bitcoin, about: 'times', by: 90_000 })
    const truth = truthOf(simulator, bitcoin)
    const rows = await coinbaseRows(simulator)
    expect(rows.map(({ time }) => Date.parse(time))).toEqual(
      truth.map(({ eventMs }) => Math.floor(eventMs + 90_000))
    )
  })

  test('tells the trades of another instrument', async () => {
    const simulator = await simulatorWithTrades()
    fault(simulator, { kind: 'rest-lie', instrument: bitcoin, about: 'instrument' })
    fault(simulator, { kind: 'rest-lie', instrument: perpetual, about: 'instrument' })
    const truth = truthOf(simulator, bitcoin).map(({ id }) => id)
    const rows = await coinbaseRows(simulator)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.some(({ trade_id: id }) => truth.includes(id))).toBe(false)
    const symbols = (await bybitRows(simulator)).map(({ symbol }) => symbol)
    expect(new Set(symbols).size).toBe(1)
    expect(symbols[0]).not.toBe('BTCUSDT')
  })
})

describe('rest-cut and rest-partial', () => {
  test('no longer serve what is older than an id', async () => {
    const simulator = await simulatorWithTrades()
    const [newest] = truthOf(simulator, bitcoin)
    const beforeId = (newest?.id ?? 0) - 4
    fault(simulator, { kind: 'rest-cut', instrument: bitcoin, beforeId })
    const rows = await coinbaseRows(simulator)
    expect(rows).toHaveLength(5)
    expect(rows.at(-1)?.trade_id).toBe(beforeId)
  })

  test('no longer serve what is older than an age', async () => {
    const simulator = await simulatorWithTrades()
    fault(simulator, { kind: 'rest-cut', venue: 'bybit-linear', olderThanMs: 0 })
    expect(await bybitRows(simulator)).toEqual([])
  })

  test('cut pages short to their newest trades', async () => {
    const simulator = await simulatorWithTrades()
    fault(simulator, { kind: 'rest-partial', venue: 'coinbase', most: 3 })
    const truth = truthOf(simulator, bitcoin).map(({ id }) => id)
    const ids = (await coinbaseRows(simulator)).map(({ trade_id: id }) => id)
    expect(ids).toEqual(truth.slice(0, 3))
  })
})

describe('rest-slow', () => {
  test('answers what has the path, after what was asked later', async () => {
    const simulator = await simulatorWithTrades()
    fault(simulator, { kind: 'rest-slow', venue: 'coinbase', path: '/trades', byMs: 300, n: 1 })
    const order: string[] = []
    const slow = ask(simulator, 'coinbase', '/products/BTC-USD/trades').then(({ status }) => {
      order.push(`trades ${status}`)
    })
    await ask(simulator, 'coinbase', '/time').then(({ status }) => order.push(`time ${status}`))
    await slow
    expect(order).toEqual(['time 200', 'trades 200'])
  })
})
