import { describe, expect, test } from 'vitest'
import { applyFault } from '../../src/simulator/faults/fault-kinds.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { connected, runningSimulator } from '../support/running-simulator.ts'
import type { FrameClient } from '../support/frame-client.ts'
import { until } from '../support/until.ts'

const bitcoin = 'binance-spot:BTC-USDT' as const

async function trading(): Promise<{ simulator: Simulator; client: FrameClient }> {
  const simulator = await runningSimulator({ venues: ['binance-spot'], rate: 10 })
  const client = await connected(simulator.ready.venues['binance-spot']?.wsUrl)
  client.send({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 })
  await client.wait({ e: 'trade' })
  return { simulator, client }
}

describe('faults of simulated Binance', () => {
  test('a notice is told to every connection, which ends after its time', async () => {
    const { simulator, client } = await trading()
    const notice = { kind: 'notice', venue: 'binance-spot', leadMs: 50 }
    expect(applyFault(notice, simulator.faults)).toEqual({ outcome: 'applied' })
    await client.wait({ e: 'serverShutdown' })
    const before = client.all({ e: 'trade' }).length
    await until(() => client.closeCode !== null, 'the end')
    expect(client.closeCode).toBe(1001)
    expect(client.all({ e: 'trade' }).length).toBeGreaterThanOrEqual(before)
  })

  test('dropped trades are missing from the stream and not from REST', async () => {
    const { simulator, client } = await trading()
    const drop = { kind: 'drop', instrument: bitcoin, n: 3 }
    expect(applyFault(drop, simulator.faults)).toEqual({ outcome: 'applied' })
    const ids = () => client.all({ e: 'trade' }).map(({ t }) => Number(t))
    const holes = () => ids().flatMap((id, at) => (id - (ids()[at - 1] ?? id - 1) > 1 ? [id] : []))
    await until(() => holes().length > 0, 'a hole')
    const [after = 0] = holes()
    const before = ids()[ids().indexOf(after) - 1] ?? 0
    expect(after - before).toBe(4)
    const rest = simulator.ready.venues['binance-spot']?.restUrl ?? ''
    const ask = async (question: string) =>
      (await (await fetch(`${rest}/api/v3/${question}`)).json()) as Record<string, number>[]
    const query = `symbol=BTCUSDT&fromId=${before}&limit=5`
    expect((await ask(`historicalTrades?${query}`)).map(({ id }) => id)).toEqual(
      [0, 1, 2, 3, 4].map((step) => before + step)
    )
    const aggregates = await ask('aggTrades?symbol=BTCUSDT&limit=1000')
    const told = aggregates.find(({ f = 0, l = 0 }) => f <= before + 1 && l >= before + 1)
    expect(told).toBeDefined()
  })

  test('repeated trades come again under their old ids, and candles count them once', async () => {
    const { simulator, client } = await trading()
    const repeat = { kind: 'duplicate', instrument: bitcoin, n: 2 }
    expect(applyFault(repeat, simulator.faults)).toEqual({ outcome: 'applied' })
    const ids = () => client.all({ e: 'trade' }).map(({ t }) => t)
    await until(() => new Set(ids()).size < ids().length, 'a repeat')
    applyFault({ kind: 'quiet', venue: 'binance-spot', ms: 600_000 }, simulator.faults)
    const { restUrl = '' } = simulator.ready.venues['binance-spot'] ?? {}
    // The oldest one is from before the start, which candles of seconds do not know.
    const kept = simulator.market.newestTrades(bitcoin, 100_000).slice(1)
    const fromMs = Math.floor((kept[0]?.eventMs ?? 0) / 1000) * 1000
    const question = `klines?symbol=BTCUSDT&interval=1s&startTime=${fromMs}`
    const rows = (await (await fetch(`${restUrl}/api/v3/${question}`)).json()) as number[][]
    const counted = rows.reduce((sum, row) => sum + (row[8] ?? 0), 0)
    expect(counted).toBe(kept.filter(({ eventMs }) => eventMs >= fromMs).length)
  })
})
