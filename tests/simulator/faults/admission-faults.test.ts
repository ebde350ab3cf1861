import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { provoke } from '../../support/applied-fault.ts'
import { upgradeStatus } from '../../support/frame-client.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'
import { until } from '../../support/until.ts'

const quiet = { venues: ['coinbase', 'bybit-linear'], rate: 0.01 } as const

function urlOf(simulator: Simulator, venue: string): string {
  return simulator.ready.venues[venue]?.wsUrl ?? ''
}

/** How a TCP connection comes about: `connect`, or the code of the error. */
async function reach(url: string): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
  return new Promise((resolve) => {
    socket.once('connect', () => {
      resolve('connect')
      socket.destroy()
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message)
    })
  })
}

async function refusedHeaders(url: string) {
  const socket = new WebSocket(url)
  socket.on('error', () => undefined)
  return new Promise((resolve) => {
    socket.on('unexpected-response', (request, response) => {
      resolve({ status: response.statusCode, ...response.headers })
      request.destroy()
    })
  })
}

describe('refuse', () => {
  test('answers so many upgrades of one venue with a status', async () => {
    const simulator = await runningSimulator(quiet)
    provoke(simulator, { kind: 'refuse', venue: 'coinbase', n: 2, status: 503 })
    const url = urlOf(simulator, 'coinbase')
    const statuses = [await upgradeStatus(url), await upgradeStatus(url), await upgradeStatus(url)]
    expect(statuses).toEqual([503, 503, 101])
    expect(await upgradeStatus(urlOf(simulator, 'bybit-linear'))).toBe(101)
  })

  test('resets connections where no status is given', async () => {
    const simulator = await runningSimulator(quiet)
    provoke(simulator, { kind: 'refuse', venue: 'coinbase', ms: 60_000 })
    const client = await connected(urlOf(simulator, 'coinbase'))
    await until(() => client.closeCode !== null, 'the reset')
    expect(client.closeCode).toBe(1006)
    provoke(simulator, { kind: 'clear' })
    expect(await upgradeStatus(urlOf(simulator, 'coinbase'))).toBe(101)
  })

  test.each([
    [
      { status: 429, retryAfter: '7' },
      { status: 429, 'retry-after': '7' }
    ],
    [
      { status: 429, retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      { status: 429, 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }
    ],
    [{ status: 418 }, { status: 418 }],
    [{ status: 451 }, { status: 451 }],
    [
      { status: 302, location: 'ws://127.0.0.1:9/elsewhere' },
      { status: 302, location: 'ws://127.0.0.1:9/elsewhere' }
    ]
  ])('answers with the headers of %j', async (answer, expected) => {
    const simulator = await runningSimulator(quiet)
    provoke(simulator, { kind: 'refuse', venue: 'coinbase', n: 1, ...answer })
    expect(await refusedHeaders(urlOf(simulator, 'coinbase'))).toMatchObject(expected)
  })

  test('leaves an upgrade without an answer', async () => {
    const simulator = await runningSimulator(quiet)
    provoke(simulator, { kind: 'refuse', venue: 'coinbase', n: 1, how: 'mute' })
    const socket = new WebSocket(urlOf(simulator, 'coinbase'), { handshakeTimeout: 200 })
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve))
    expect(error.message).toMatch(/handshake has timed out/)
    expect(await upgradeStatus(urlOf(simulator, 'coinbase'))).toBe(101)
  })

  test('closes the port and leaves those who are in', async () => {
    const simulator = await runningSimulator(quiet)
    const url = urlOf(simulator, 'coinbase')
    const client = await connected(url)
    provoke(simulator, { kind: 'refuse', venue: 'coinbase', ms: 60_000, how: 'port' })
    await until(async () => (await reach(url)) === 'ECONNREFUSED', 'the port to close')
    client.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['heartbeat'] })
    await client.wait({ type: 'subscriptions' })
    provoke(simulator, { kind: 'clear' })
    await until(async () => (await reach(url)) === 'connect', 'the port to open')
    expect(await upgradeStatus(url)).toBe(101)
  })
})

describe('outage', () => {
  test('ends every connection, refuses new ones and REST, and is over in time', async () => {
    const simulator = await runningSimulator(quiet)
    const url = urlOf(simulator, 'coinbase')
    const clients = [await connected(url), await connected(url)]
    provoke(simulator, { kind: 'outage', venue: 'coinbase', ms: 400 })
    await until(() => clients.every(({ closeCode }) => closeCode === 1006), 'both ends')
    await until(async () => (await reach(url)) === 'ECONNREFUSED', 'the port to close')
    await until(async () => (await reach(url)) === 'connect', 'the venue to return')
    expect(await upgradeStatus(url)).toBe(101)
    const rest = await fetch(`${simulator.ready.venues['coinbase']?.restUrl ?? ''}/time`)
    expect(rest.status).toBe(200)
  })

  test('counts attempts where the port stays open', async () => {
    const simulator = await runningSimulator(quiet)
    provoke(simulator, { kind: 'outage', venue: 'coinbase', ms: 60_000, how: 'reset' })
    for (const client of [1, 2, 3]) {
      const refused = await connected(urlOf(simulator, 'coinbase'))
      await until(() => refused.closeCode !== null, `the end of client ${client}`)
    }
    expect(simulator.faults.board.connects.figures()['coinbase']).toMatchObject({
      attempts: 3,
      refused: 3
    })
  })
})

describe('maintenance', () => {
  test('closes with a reason and answers 503 until it is over', async () => {
    const simulator = await runningSimulator(quiet)
    const url = urlOf(simulator, 'coinbase')
    const client = await connected(url)
    provoke(simulator, { kind: 'maintenance', venue: 'coinbase', ms: 60_000, retryAfter: '60' })
    await until(() => client.closeCode !== null, 'the close')
    expect(client.closeCode).toBe(1012)
    expect(await refusedHeaders(url)).toMatchObject({ status: 503, 'retry-after': '60' })
    provoke(simulator, { kind: 'clear' })
    expect(await upgradeStatus(url)).toBe(101)
  })
})

describe('connect-limit', () => {
  test('shuts out who connects too often, and tells the peak', async () => {
    const simulator = await runningSimulator(quiet)
    const url = urlOf(simulator, 'bybit-linear')
    provoke(simulator, { kind: 'connect-limit', venue: 'bybit-linear', perSecond: 3 })
    const statuses = await Promise.all([1, 2, 3, 4, 5].map(() => upgradeStatus(url)))
    expect(statuses.sort()).toEqual([101, 101, 101, 429, 429])
    const answer = await fetch(`${simulator.ready.control}/connects`)
    expect(await answer.json()).toMatchObject({
      venues: { 'bybit-linear': { attempts: 5, peakPerSecond: 5, bans: 1 } }
    })
  })
})
