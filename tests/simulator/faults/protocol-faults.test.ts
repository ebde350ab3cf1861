import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { provoke } from '../../support/applied-fault.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'
import { until } from '../../support/until.ts'

const quiet = { venues: ['coinbase', 'bybit-linear'], rate: 0.01 } as const
const smallest = 1024 * 1024

function urlOf(simulator: Simulator): string {
  return simulator.ready.venues['coinbase']?.wsUrl ?? ''
}

/** A client with a bound on messages, and the code of the error that ends it. */
async function guarded(simulator: Simulator): Promise<{ error(): string | null }> {
  const socket = new WebSocket(urlOf(simulator), { maxPayload: smallest, perMessageDeflate: true })
  let code: string | null = null
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code ?? error.message
    socket.terminate()
  })
  await until(() => socket.readyState === WebSocket.OPEN, 'a connection')
  return { error: () => code }
}

describe('violate', () => {
  test.each([
    ['opcode', 'WS_ERR_INVALID_OPCODE'],
    ['masked', 'WS_ERR_UNEXPECTED_MASK'],
    ['utf8', 'WS_ERR_INVALID_UTF8'],
    ['reserved', 'WS_ERR_UNEXPECTED_RSV_2_3'],
    ['close-length', 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH']
  ])('%s is what a client calls %s', async (how, code) => {
    const simulator = await runningSimulator(quiet)
    const client = await guarded(simulator)
    provoke(simulator, { kind: 'violate', venue: 'coinbase', how })
    await until(() => client.error() !== null, 'the violation to arrive')
    expect(client.error()).toBe(code)
  })

  test('binary arrives as a binary frame', async () => {
    const simulator = await runningSimulator(quiet)
    const client = await connected(urlOf(simulator))
    let isBinary = false
    client.socket.on('message', (...[, binary]: [unknown, boolean]) => (isBinary = binary))
    provoke(simulator, { kind: 'violate', venue: 'coinbase', how: 'binary' })
    await until(() => client.texts.length > 0, 'the frame')
    expect(isBinary).toBe(true)
  })
})

describe('oversize', () => {
  test.each([
    ['frame', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'],
    ['declared', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'],
    ['fragments', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'],
    ['bomb', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH']
  ])('%s is refused by a bounded client', async (how, code) => {
    const simulator = await runningSimulator(quiet)
    const client = await guarded(simulator)
    provoke(simulator, { kind: 'oversize', venue: 'coinbase', how })
    await until(() => client.error() !== null, 'the excess to arrive')
    expect(client.error()).toBe(code)
  })
})

describe('ping-flood', () => {
  test('sends so many pings at once', async () => {
    const simulator = await runningSimulator(quiet)
    const client = await connected(urlOf(simulator))
    let pings = 0
    client.socket.on('ping', () => (pings += 1))
    provoke(simulator, { kind: 'ping-flood', venue: 'coinbase', n: 5_000 })
    await until(() => pings >= 5_000, '5,000 pings')
    expect(pings).toBe(5_000)
  })
})

describe('say', () => {
  test.each([
    [{ about: 'rate' }, '{"type":"error","message":"Rate limit exceeded"}'],
    [{ about: 'unknown' }, '{"type":"auction","product_id":"BTC-USD","sequence":1}'],
    [{ frame: '{"type":"news"}' }, '{"type":"news"}']
  ])('tells every client %j', async (words, frame) => {
    const simulator = await runningSimulator(quiet)
    const client = await connected(urlOf(simulator))
    provoke(simulator, { kind: 'say', venue: 'coinbase', ...words })
    await until(() => client.texts.length > 0, 'the words')
    expect(client.texts).toEqual([frame])
  })
})
