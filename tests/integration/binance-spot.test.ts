import { describe, expect, onTestFinished, test } from 'vitest'
import type { Trade } from '../../src/core/market/event.ts'
import type { InstrumentId } from '../../src/core/market/instrument.ts'
import { seededRandom } from '../../src/core/market/random.ts'
import { systemClock } from '../../src/engine/collector/clock.ts'
import { wsSockets } from '../../src/engine/collector/ws-socket.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { binanceSpot } from '../../src/venues/binance-spot/binance-spot.ts'
import { aCollectorRig, type CollectorRig } from '../support/collector-rig.ts'
import { runningSimulator } from '../support/running-simulator.ts'
import { until } from '../support/until.ts'

type Collected = Pick<CollectorRig, 'collector' | 'events'>
type Row = readonly [id: number, ms: number, price: number, size: number, side: string | null]

/** Our own collector of the venue's instruments, over real sockets. */
function collect({ ready }: Simulator): Collected {
  const endpoints = ready.venues['binance-spot']
  if (endpoints === undefined) throw new Error('the simulator has no Binance')
  const { collector, events } = aCollectorRig({
    venue: binanceSpot,
    endpoints,
    selection: 'all',
    perConnection: 20,
    clock: systemClock(),
    random: seededRandom(1),
    sockets: wsSockets
  })
  onTestFinished(() => collector.stop())
  collector.start()
  return { collector, events }
}

function tradesOf(events: Collected['events'], instrument: InstrumentId): Trade[] {
  return events.flatMap(({ event }) =>
    event.kind === 'trade' && event.instrument === instrument ? [event] : []
  )
}

function rowOf({ id, eventMs, price, size, side }: Trade): Row {
  return [Number(id), Math.floor(eventMs), price, size, side]
}

function sentRows({ truth }: Simulator, instrument: InstrumentId): Row[] {
  const page = truth.page(instrument, { fromRow: 0, limit: 1_000_000, unsent: false })
  return (page?.items ?? []).map(({ id, eventMs, price, size, side }) => [
    id,
    Math.floor(eventMs),
    price,
    size,
    side
  ])
}

async function fault({ ready }: Simulator, command: object): Promise<void> {
  const answer = await fetch(`${ready.control}/faults`, {
    method: 'POST',
    body: JSON.stringify(command)
  })
  expect(answer.status).toBe(200)
}

/** Lets it run until so many trades came, then stops the market and waits for the last of them. */
async function runFor(
  simulator: Simulator,
  { events }: Collected,
  trades: number
): Promise<number> {
  const count = () => events.filter(({ event }) => event.kind === 'trade').length
  const sent = () =>
    Object.values(simulator.truth.instruments()).reduce((sum, { trades: one }) => sum + one, 0)
  await until(() => count() >= trades, `${trades} trades`, 30_000)
  await fault(simulator, { kind: 'quiet', venue: 'binance-spot', ms: 600_000 })
  await until(() => count() >= sent(), 'the last trade')
  return count()
}

describe('our adapter of Binance spot on the simulated one', { timeout: 60_000 }, () => {
  test('collects every trade as it was sent, and rejects nothing', async () => {
    const simulator = await runningSimulator({ venues: ['binance-spot'], rate: 6 })
    const collected = collect(simulator)
    const { collector, events } = collected
    const trades = await runFor(simulator, collected, 2000)
    expect(trades).toBeGreaterThanOrEqual(2000)
    expect(collector.totals()).toMatchObject({ rejectedFrames: 0, unknownFrames: 0 })
    expect(collector.rows().map(({ state }) => state)).toEqual(['live', 'live', 'live'])
    const all = simulator.market.instruments('binance-spot')
    expect(
      collector
        .instruments()
        .map(({ id }) => id)
        .sort()
    ).toEqual(all.map(({ id }) => id).sort())
    for (const { id } of all) {
      expect(tradesOf(events, id).map(rowOf)).toEqual(sentRows(simulator, id))
    }
    for (const kind of ['quote', 'statistics'] as const) {
      expect(events.some(({ event }) => event.kind === kind)).toBe(true)
    }
  })

  test('reads the same trades and their second candles from REST', async () => {
    const simulator = await runningSimulator({ venues: ['binance-spot'], rate: 3 })
    const collected = collect(simulator)
    await runFor(simulator, collected, 1500)
    const busiest = collected.collector.instruments().find(({ symbol }) => symbol === 'BTC-USDT')
    if (busiest === undefined) throw new Error('no BTC-USDT')
    const context = collected.collector.rest(AbortSignal.timeout(20_000))
    const truth = sentRows(simulator, busiest.id)
    const [first, last] = [truth[0], truth.at(-1)]
    if (first === undefined || last === undefined) throw new Error('BTC-USDT did not trade')
    const range = { fromId: first[0], toId: last[0] }
    const page = await binanceSpot.fetchTradesById(context, busiest, range)
    expect(page?.unreadable).toBe(0)
    expect(page?.trades.map(rowOf)).toEqual(truth)

    const second = (row: Row) => Math.floor(row[1] / 1000) * 1000
    const [fromMs, toMs] = [second(first) + 1000, second(last)]
    const interval = '1s'
    const request = { instrument: busiest, interval, fromMs, toMs }
    const candles = await binanceSpot.fetchCandles(context, request)
    const seconds = Map.groupBy(
      truth.filter((row) => row[1] >= fromMs && row[1] < toMs),
      second
    )
    expect(seconds.size).toBeGreaterThan(0)
    const facts = candles?.map(({ openMs, open, high, low, close, trades }) => {
      return { openMs, open, high, low, close, trades }
    })
    expect(facts).toEqual(
      [...seconds].map(([openMs, rows]) => {
        const prices = rows.map(([, , price]) => price)
        const [open, close] = [prices[0], prices.at(-1)]
        const [high, low] = [Math.max(...prices), Math.min(...prices)]
        return { openMs, open, high, low, close, trades: rows.length }
      })
    )
    for (const { openMs, volume, buyVolume } of candles ?? []) {
      const rows = seconds.get(openMs) ?? []
      const sum = (side: string | null) =>
        rows.reduce((total, row) => total + (side === null || row[4] === side ? row[3] : 0), 0)
      expect(volume).toBeCloseTo(sum(null), 7)
      expect(buyVolume).toBeCloseTo(sum('buy'), 7)
    }
  })

  test('misses what a fault took, so the comparison can fail', async () => {
    const simulator = await runningSimulator({ venues: ['binance-spot'], rate: 6 })
    const collected = collect(simulator)
    await until(() => collected.events.length > 100, 'events')
    await fault(simulator, { kind: 'drop', venue: 'binance-spot', n: 5 })
    await runFor(simulator, collected, 500)
    const emitted = Object.values(simulator.truth.instruments()).map(({ emitted: all }) => all)
    const happened = emitted.reduce((sum, { trades }) => sum + trades, 0)
    const received = collected.events.filter(({ event }) => event.kind === 'trade').length
    expect(happened - received).toBe(5)
  })
})
