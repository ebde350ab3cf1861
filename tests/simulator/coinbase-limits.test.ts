import { afterEach, describe, expect, test } from 'vitest'
import {
  startCoinbaseServer,
  type CoinbaseServerOptions
} from '../../src/simulator/coinbase/server.ts'
import type { LimitedVenueServer } from '../../src/simulator/http/breaches.ts'
import { FrameClient, upgradeStatus } from '../support/frame-client.ts'
import { noFaults } from '../support/no-faults.ts'
import { RecordedTruth } from '../support/recorded-truth.ts'
import { aSimInstrument, aSimTrade, StubMarket } from '../support/stub-market.ts'
import { until } from '../support/until.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const market = new StubMarket([aSimInstrument('coinbase', 'BTC')])

async function start(
  tuning: CoinbaseServerOptions['tuning'] = {},
  truth = new RecordedTruth()
): Promise<LimitedVenueServer> {
  const server = await startCoinbaseServer({ market, truth, faults: noFaults, port: 0, tuning })
  open.push(() => server.close())
  return server
}

async function client(server: LimitedVenueServer): Promise<FrameClient> {
  const made = await FrameClient.open(server.wsUrl)
  open.push(() => made.close())
  return made
}

describe('limits', () => {
  test('answer the connection after a burst of twenty with 429', async () => {
    const server = await start({ connects: { perSecond: 0.001, burst: 20, ban: null } })
    const statuses: number[] = []
    for (let at = 0; at < 22; at += 1) statuses.push(await upgradeStatus(server.wsUrl))
    expect(statuses.filter((status) => status === 101)).toHaveLength(20)
    expect(statuses.slice(20)).toEqual([429, 429])
    expect(server.breaches().connects).toBe(2)
  })

  test('refuse upgrades off the one path', async () => {
    const server = await start()
    expect(await upgradeStatus(`${server.wsUrl}/v5/public`)).toBe(404)
  })

  test('refuse client messages beyond the rate', async () => {
    const server = await start({ messages: { perSecond: 0.001, burst: 3, ban: null } })
    const one = await client(server)
    for (let at = 0; at < 5; at += 1) {
      one.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['ticker'] })
    }
    await one.wait({ type: 'subscriptions' }, 3)
    await one.wait({ type: 'error', message: 'Rate limit exceeded' }, 2)
    expect(server.breaches().messages).toBe(2)
  })

  test('answer REST beyond the burst with 429, and ban who goes on', async () => {
    const server = await start({
      requests: {
        perSecond: 0.001,
        burst: 15,
        ban: { breaches: 3, withinMs: 60_000, forMs: 60_000 }
      }
    })
    const statuses: number[] = []
    for (let at = 0; at < 20; at += 1) {
      const answer = await fetch(`${server.restUrl}/time`)
      statuses.push(answer.status)
      if (answer.status === 429) {
        expect(await answer.json()).toEqual({ message: 'Public rate limit exceeded' })
      } else await answer.arrayBuffer()
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(15)
    expect(server.breaches()).toMatchObject({ requests: 5, bans: 1 })
  })

  test('cut a reader that does not keep up, and count it', async () => {
    const truth = new RecordedTruth()
    const server = await start({ maxBufferedBytes: 4096 }, truth)
    const one = await client(server)
    one.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] })
    await one.wait({ type: 'subscriptions' })
    for (let id = 1; id <= 100; id += 1) market.emit(aSimTrade({ id }))
    await until(() => one.closeCode !== null, 'the cut')
    expect(one.closeReason).toBe('ErrSlowConsume')
    expect(server.breaches().slowConsumers).toBe(1)
    expect(one.all({ type: 'match' }).length).toBe(truth.sentTrades.length)
    expect(truth.sentTrades.length).toBeLessThan(100)
    expect(truth.events.at(-1)).toBe('closed coinbase#1')
  })
})

describe('connections', () => {
  test.each(['reset', 'close'] as const)('are cut by a %s', async (how) => {
    const truth = new RecordedTruth()
    const server = await start({}, truth)
    const one = await client(server)
    one.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] })
    await one.wait({ type: 'subscriptions' })
    server.dropConnections(how === 'close' ? { how, code: 1001 } : { how })
    await until(() => one.closeCode !== null, 'the cut')
    expect(one.closeCode).toBe(how === 'reset' ? 1006 : 1001)
    await until(() => truth.events.includes('closed coinbase#1'), 'the truth to hear of it')
  })

  test('may be compressed when the client offers it', async () => {
    const server = await start()
    const one = await client(server)
    expect(one.socket.extensions).toContain('permessage-deflate')
  })

  test('end with the server, which then listens no more', async () => {
    const server = await start()
    const one = await client(server)
    const listeners = market.listenerCount
    await server.close()
    await until(() => one.closeCode !== null, 'the end')
    expect(market.listenerCount).toBe(listeners - 1)
    await expect(fetch(`${server.restUrl}/time`)).rejects.toThrow()
  })

  test('cannot be had on a port in use', async () => {
    const server = await start()
    const port = Number(new URL(server.restUrl).port)
    const listeners = market.listenerCount
    const second = startCoinbaseServer({
      market,
      truth: new RecordedTruth(),
      faults: noFaults,
      port
    })
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(market.listenerCount).toBe(listeners)
  })
})
