import { describe, expect, test } from 'vitest'
import type { FaultCommand } from '../../../src/simulator/faults/fault-parameters.ts'
import { applyFault } from '../../../src/simulator/faults/fault-kinds.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import type { FrameClient } from '../../support/frame-client.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'
import { until } from '../../support/until.ts'

const bitcoin = 'coinbase:BTC-USD'
const perpetual = 'bybit-linear:BTC-USDT'

async function matches(): Promise<{ simulator: Simulator; client: FrameClient }> {
  const simulator = await runningSimulator({ venues: ['coinbase'], rate: 3 })
  const client = await connected(simulator.ready.venues['coinbase']?.wsUrl)
  client.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches', 'heartbeat'] })
  await client.wait({ type: 'match' }, 3)
  return { simulator, client }
}

async function publicTrades(): Promise<{ simulator: Simulator; client: FrameClient }> {
  const simulator = await runningSimulator({ venues: ['bybit-linear'], rate: 10 })
  const client = await connected(simulator.ready.venues['bybit-linear']?.wsUrl)
  client.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })
  await client.wait({ topic: 'publicTrade.BTCUSDT' }, 2)
  return { simulator, client }
}

function fault(simulator: Simulator, command: FaultCommand): void {
  expect(applyFault(command, simulator.faults)).toEqual({ outcome: 'applied' })
}

function idsOf(client: FrameClient): number[] {
  return client.all({ type: 'match' }).map((frame) => Number(frame['trade_id']))
}

function execIdsOf(client: FrameClient): string[] {
  return client
    .all({ topic: 'publicTrade.BTCUSDT' })
    .flatMap((frame) => (frame['data'] as { i: string }[]).map(({ i }) => i))
}

async function served(simulator: Simulator, path: string): Promise<unknown> {
  const [address] = Object.values(simulator.ready.venues)
  const response = await fetch(`${address?.restUrl ?? ''}${path}`, {
    headers: { 'user-agent': 'test' }
  })
  return response.json()
}

describe('drop', () => {
  test('skips so many ids on the wire, which REST serves', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'drop', instrument: bitcoin, n: 5 })
    const before = idsOf(client).length
    await client.wait({ type: 'match' }, before + 3)
    const ids = idsOf(client)
    const hole = ids.findIndex((id, at) => at > 0 && id !== (ids[at - 1] ?? 0) + 1)
    const afterHole = ids[hole] ?? 0
    expect(afterHole - (ids[hole - 1] ?? 0)).toBe(6)
    const page = (await served(
      simulator,
      `/products/BTC-USD/trades?after=${afterHole}&limit=5`
    )) as { trade_id: number }[]
    expect(page.map(({ trade_id: id }) => id)).toEqual(
      [1, 2, 3, 4, 5].map((back) => afterHole - back)
    )
    expect(simulator.faults.board.counts().drop).toBe(5)
  })

  test('takes a share of the trades, and tells how many', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'drop', instrument: bitcoin, share: 0.5, ms: 60_000, seed: 3 })
    const first = idsOf(client).at(-1) ?? 0
    await client.wait({ type: 'match' }, idsOf(client).length + 40)
    const passed = idsOf(client).filter((id) => id > first)
    const happened = (passed.at(-1) ?? 0) - first
    expect(passed.length).toBeLessThan(happened * 0.8)
    expect(passed.length).toBeGreaterThan(happened * 0.2)
  })

  test('works for a venue whose ids are no numbers', async () => {
    const { simulator, client } = await publicTrades()
    fault(simulator, { kind: 'drop', instrument: perpetual, n: 7 })
    await until(() => simulator.faults.board.counts().drop === 7, 'seven dropped')
    const before = execIdsOf(client).length
    await until(() => execIdsOf(client).length > before, 'a trade after them')
    const unsent = simulator.truth
      .page(perpetual, { fromRow: 0, limit: 1_000, unsent: true })
      ?.items.filter(({ sent }) => !sent)
    expect(unsent).toHaveLength(7)
    expect(execIdsOf(client)).not.toContain(unsent?.[0]?.textId)
  })
})

describe('duplicate', () => {
  test('sends the newest trades once more, and the truth counts them once', async () => {
    const { simulator, client } = await matches()
    await client.wait({ type: 'match' }, 20)
    fault(simulator, { kind: 'quiet', instrument: bitcoin, ms: 60_000 })
    await until(() => {
      const sent = simulator.truth.instruments()[bitcoin]?.trades
      return sent === idsOf(client).length
    }, 'all trades to arrive')
    const once = idsOf(client)
    fault(simulator, { kind: 'duplicate', instrument: bitcoin, n: 10 })
    await client.wait({ type: 'match' }, once.length + 10)
    expect(idsOf(client)).toEqual([...once, ...once.slice(-10)])
    expect(simulator.truth.instruments()[bitcoin]?.trades).toBe(once.length)
  })

  test('does not send what was dropped', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'tail', instrument: bitcoin, n: 4, ms: 60_000 })
    const once = idsOf(client)
    fault(simulator, { kind: 'duplicate', instrument: bitcoin, n: 3 })
    await client.wait({ type: 'match' }, once.length + 3)
    expect(new Set(idsOf(client)).size).toBe(once.length)
  })
})

describe('reorder', () => {
  test('shuffles a window and loses nothing, the same way for the same seed', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'reorder', instrument: bitcoin, window: 50, n: 50, seed: 5 })
    fault(simulator, { kind: 'burst', instrument: bitcoin, n: 50 })
    const before = idsOf(client).length
    await client.wait({ type: 'match' }, before + 50)
    const window = idsOf(client).slice(before, before + 50)
    expect(window).not.toEqual(window.toSorted((a, b) => a - b))
    expect(new Set(window).size).toBe(50)
  })

  test('lets an unfilled window go after a second', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'reorder', instrument: bitcoin, window: 1_000, n: 20 })
    fault(simulator, { kind: 'burst', instrument: bitcoin, n: 20 })
    const before = idsOf(client).length
    await client.wait({ type: 'match' }, before + 20)
    expect(simulator.faults.board.counts().reorder).toBe(20)
  })
})

describe('delay', () => {
  test('sends trades after newer ones', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'delay', instrument: bitcoin, byMs: 300, n: 2 })
    const before = idsOf(client).length
    await until(() => {
      const ids = idsOf(client).slice(before)
      return ids.some((id, at) => at > 0 && id < (ids[at - 1] ?? 0))
    }, 'a trade after a newer one')
    expect(simulator.faults.board.counts().delay).toBe(2)
  })
})

describe('burst, quiet and tail', () => {
  test('lets many trades happen at once, in order, one microsecond apart', async () => {
    const { simulator, client } = await matches()
    const before = idsOf(client).length
    fault(simulator, { kind: 'burst', instrument: bitcoin, n: 3_000 })
    await client.wait({ type: 'match' }, before + 3_010)
    const ids = idsOf(client)
    expect(ids).toEqual(Array.from(ids.keys(), (at) => (ids[0] ?? 0) + at))
    const times = client.all({ type: 'match' }).map((frame) => String(frame['time']))
    expect(times).toEqual(times.toSorted())
  })

  test('keeps a burst of 50,000 for REST to serve', async () => {
    const { simulator } = await matches()
    fault(simulator, { kind: 'tail', instrument: bitcoin, n: 50_000, ms: 60_000 })
    const newest = simulator.market.state(bitcoin).lastTrade?.id ?? 0
    const page = (await served(
      simulator,
      `/products/BTC-USD/trades?after=${newest - 49_000}&limit=1000`
    )) as { trade_id: number }[]
    expect(page).toHaveLength(1_000)
    expect(page.at(-1)?.trade_id).toBe(newest - 50_000)
  })

  test('ends a feed with trades that only REST and the heartbeat know of', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'tail', instrument: bitcoin, n: 4, ms: 60_000 })
    const newest = idsOf(client).at(-1) ?? 0
    const [beat] = await client.wait({ type: 'heartbeat', last_trade_id: newest + 4 })
    expect(beat).toBeDefined()
    await client.wait({ type: 'heartbeat', last_trade_id: newest + 4 }, 2)
    expect(idsOf(client).at(-1)).toBe(newest)
    const page = (await served(simulator, '/products/BTC-USD/trades?limit=4')) as {
      trade_id: number
    }[]
    expect(page.map(({ trade_id: id }) => id - newest)).toEqual([4, 3, 2, 1])
  })

  test('goes on after a pause where it stopped', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'quiet', venue: 'coinbase', ms: 300 })
    const before = idsOf(client)
    await client.wait({ type: 'match' }, before.length + 5)
    const ids = idsOf(client)
    expect(ids).toEqual(Array.from(ids.keys(), (at) => (ids[0] ?? 0) + at))
  })
})

describe('reset-ids', () => {
  test('lets ids begin anew, on the wire and in REST', async () => {
    const { simulator, client } = await matches()
    fault(simulator, { kind: 'reset-ids', instrument: bitcoin })
    await client.wait({ type: 'match', trade_id: 3 })
    const ids = idsOf(client)
    expect(ids.slice(ids.indexOf(1), ids.indexOf(1) + 3)).toEqual([1, 2, 3])
    const page = (await served(simulator, '/products/BTC-USD/trades?after=3')) as {
      trade_id: number
    }[]
    expect(page.map(({ trade_id: id }) => id)).toEqual([2, 1])
    const truth = simulator.truth.page(bitcoin, { fromRow: 0, limit: 1_000, unsent: false })
    expect(truth?.items.map(({ id }) => id).slice(0, ids.length)).toEqual(
      ids.slice(0, truth?.items.length)
    )
  })

  test('leaves a tape as it is written', async () => {
    const { simulator } = await matches()
    const onTape = { ...simulator.faults, control: null }
    for (const kind of ['reset-ids', 'burst', 'quiet', 'tail']) {
      const command = { kind, instrument: bitcoin, ...(kind === 'quiet' ? { ms: 5 } : {}) }
      expect(applyFault(command, onTape)).toMatchObject({ outcome: 'refused', parameter: 'kind' })
    }
  })
})

describe('surge', () => {
  test('lets trades happen many times as often, with ids in order', async () => {
    const { simulator, client } = await matches()
    const before = client.all({ type: 'match' }).length
    fault(simulator, { kind: 'surge', instrument: bitcoin, factor: 50, ms: 60_000 })
    await client.wait({ type: 'match' }, before + 500)
    fault(simulator, { kind: 'clear' })
    const ids = idsOf(client)
    expect(ids).toEqual(ids.map((...[, place]) => (ids[0] ?? 0) + place))
    const struck = simulator.faults.board.counts()['surge'] ?? 0
    expect(struck).toBeGreaterThan(5)
    expect(struck).toBeLessThan(250)
  })
})
