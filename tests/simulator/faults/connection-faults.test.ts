import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { applyFault } from '../../../src/simulator/faults/fault-kinds.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { provoke } from '../../support/applied-fault.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'
import { until } from '../../support/until.ts'

const quiet = { venues: ['coinbase', 'bybit-linear'], rate: 0.01 } as const

function urlOf(simulator: Simulator, venue: string): string {
  return simulator.ready.venues[venue]?.wsUrl ?? ''
}

describe('disconnect', () => {
  test.each([
    [{ how: 'reset' }, 1006],
    [{ how: 'eof' }, 1006],
    [{ how: 'mid-frame' }, 1006],
    [{ how: 'close' }, 1001],
    [{ how: 'close', code: 1000 }, 1000],
    [{ how: 'close', code: 1012 }, 1012],
    [{ how: 'close', code: 1013 }, 1013],
    [{ how: 'close', code: 4000 }, 4000],
    [{ how: 'close', code: 1005 }, 1005],
    [{ how: 'close', code: 1006 }, 1006],
    [{ how: 'close', code: 999 }, 1006],
    [{ how: 'close', code: 5000 }, 1006]
  ])('ends connections as %j', async (how, code) => {
    const simulator = await runningSimulator(quiet)
    const client = await connected(urlOf(simulator, 'coinbase'))
    provoke(simulator, { kind: 'disconnect', venue: 'coinbase', ...how })
    await until(() => client.closeCode !== null, 'the end of the connection')
    expect(client.closeCode).toBe(code)
  })

  test('ends the same share of connections with the same seed', async () => {
    const simulator = await runningSimulator(quiet)
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => connected(urlOf(simulator, 'bybit-linear')))
    )
    provoke(simulator, { kind: 'disconnect', venue: 'bybit-linear', share: 0.5, seed: 3 })
    await until(() => clients.some(({ closeCode }) => closeCode !== null), 'the first end')
    provoke(simulator, { kind: 'disconnect', venue: 'bybit-linear', share: 0.5, seed: 3 })
    const ended = () => clients.filter(({ closeCode }) => closeCode !== null).length
    provoke(simulator, { kind: 'say', venue: 'bybit-linear', about: 'unknown' })
    await until(
      () => clients.filter(({ texts }) => texts.length > 0).length + ended() === clients.length,
      'the others to hear'
    )
    expect(ended()).toBeGreaterThan(2)
    expect(ended()).toBeLessThan(18)
  })
})

describe('freeze', () => {
  test.each(['whole', 'partial'])(
    'leaves connections open without frame or pong (%s)',
    async (how) => {
      const simulator = await runningSimulator({ venues: ['coinbase'], rate: 5 })
      const url = urlOf(simulator, 'coinbase')
      const [frozen, later] = [await connected(url), await connected(url)]
      const subscribe = {
        type: 'subscribe',
        product_ids: ['BTC-USD'],
        channels: ['matches', 'heartbeat']
      }
      frozen.send(subscribe)
      await frozen.wait({ type: 'match' })
      provoke(simulator, { kind: 'freeze', venue: 'coinbase', how })
      const fresh = await connected(url)
      let pongs = 0
      for (const { socket } of [frozen, later]) {
        socket.on('pong', () => (pongs += 1))
        socket.ping()
      }
      fresh.send(subscribe)
      await fresh.wait({ type: 'match' }, 5)
      const heard = frozen.texts.length
      await fresh.wait({ type: 'heartbeat' })
      expect(pongs).toBe(0)
      expect(frozen.texts).toHaveLength(heard)
      expect(frozen.socket.readyState).toBe(WebSocket.OPEN)
    }
  )

  test('lets go of a client that ends', async () => {
    const simulator = await runningSimulator({ venues: ['coinbase'], rate: 5 })
    const client = await connected(urlOf(simulator, 'coinbase'))
    client.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] })
    await client.wait({ type: 'match' })
    provoke(simulator, { kind: 'freeze', venue: 'coinbase' })
    await client.close()
    const subscribers = () => simulator.truth.instruments()['coinbase:BTC-USD']?.subscribers
    await until(() => subscribers() === 0, 'the subscription to end')
    expect(subscribers()).toBe(0)
  })
})

describe('flap', () => {
  test.each([
    [{ how: 'close', code: 1000 }, 1000],
    [{ how: 'reset' }, 1006]
  ])('ends each connection at an age of its own, as %j', async (how, code) => {
    const simulator = await runningSimulator(quiet)
    provoke(simulator, { kind: 'flap', venue: 'coinbase', withinMs: 200, ...how })
    for (const round of [1, 2, 3]) {
      const client = await connected(urlOf(simulator, 'coinbase'))
      await until(() => client.closeCode !== null, `the end of connection ${round}`)
      expect(client.closeCode).toBe(code)
    }
  })
})

describe('lifetime', () => {
  test('closes connections at their age, later ones too', async () => {
    const simulator = await runningSimulator(quiet)
    provoke(simulator, { kind: 'lifetime', venue: 'bybit-linear', ageMs: 100, code: 1008 })
    for (const round of [1, 2]) {
      const client = await connected(urlOf(simulator, 'bybit-linear'))
      await until(() => client.closeCode !== null, `the end of connection ${round}`)
      expect(client.closeCode).toBe(1008)
    }
  })
})

describe('notice', () => {
  test('is refused where the venue gives none', async () => {
    const simulator = await runningSimulator(quiet)
    expect(applyFault({ kind: 'notice', venue: 'bybit-linear' }, simulator.faults)).toMatchObject({
      outcome: 'refused',
      parameter: 'venue'
    })
  })
})
