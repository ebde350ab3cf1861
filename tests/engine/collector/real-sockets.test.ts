import { afterEach, describe, expect, test } from 'vitest'
import { ReceiveQueue } from '../../../src/engine/collector/receive-queue.ts'
import { createCollector } from '../../../src/engine/collector/collector.ts'
import type { Collector } from '../../../src/engine/collector/collector.ts'
import type { CollectorOptions } from '../../../src/engine/collector/collector-options.ts'
import type { MarketEvent } from '../../../src/core/market/event.ts'
import { wsSockets } from '../../../src/engine/collector/ws-socket.ts'
import { KeptLog } from '../../support/connection-rig.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { startScriptedServer } from '../../support/scripted-server.ts'
import type { Script, ScriptedClient, ScriptedServer } from '../../support/scripted-server.ts'
import type { Venue } from '../../../src/venues/venue.ts'
import { aToy, readToyRequest, someToys, toyVenue } from '../../support/toy-venue.ts'
import { until } from '../../support/until.ts'

let server: ScriptedServer | null = null
let collector: Collector | null = null
let clock = new FakeClock()

/** A venue that acknowledges everything, over real sockets; time is the test's. */
async function aVenue(
  script: Script = {},
  changes: Partial<Venue> = {},
  options: Partial<CollectorOptions> = {}
): Promise<{
  readonly collector: Collector
  readonly server: ScriptedServer
  readonly trades: string[]
}> {
  const trades: string[] = []
  clock = new FakeClock()
  const started = await startScriptedServer({
    message: ({ ws }, text) => ws.send(JSON.stringify({ ack: readToyRequest(text).id })),
    ...script
  })
  server = started
  const made = createCollector({
    venue: toyVenue({
      discover: () =>
        Promise.resolve({
          instruments: [...someToys(5), aToy('ZZZ-USD', { status: 'halted' })],
          complete: true,
          problems: []
        }),
      ...changes
    }),
    endpoints: { wsUrl: started.wsUrl, restUrl: started.httpUrl },
    apiKey: null,
    selection: 'quote:USD',
    priority: [],
    perConnection: null,
    lifetimeMs: null,
    userAgent: 'tapedeck/test',
    clock,
    random: () => 0.5,
    sockets: wsSockets,
    received: new ReceiveQueue(1),
    cache: null,
    marketHours: null,
    log: new KeptLog(),
    onEvents: (connection, events) => {
      for (const { kind, instrument } of events) {
        if (kind === 'trade') trades.push(`${connection} ${instrument}`)
      }
    },
    onLink: () => undefined,
    onConnectionChanged: () => undefined,
    onInstrumentsChanged: () => undefined,
    ...options
  })
  collector = made
  made.start()
  await until(() => isAllLive(made), 'all live')
  return { collector: made, server: started, trades }
}

function idOf(event: MarketEvent): number {
  return event.kind === 'trade' ? Number(event.id) : -1
}

function isAllLive(of: Collector): boolean {
  const rows = of.rows()
  return rows.length === 2 && rows.every(({ state }) => state === 'live')
}

function clientOf(of: ScriptedServer, symbol: string): ScriptedClient {
  const client = of.clients.find(
    ({ received, ws }) =>
      ws.readyState === ws.OPEN && received.some((text) => text.includes(symbol))
  )
  if (client === undefined) throw new Error(`nobody asked for ${symbol}`)
  return client
}

afterEach(async () => {
  await collector?.stop()
  await until(() => server?.openConnections() === 0, 'no TCP connection left')
  await server?.close()
  expect(clock.pending).toBe(0)
})

describe('createCollector over real sockets', () => {
  test.each([
    ['a reset', ({ tcp }: ScriptedClient) => tcp.resetAndDestroy(), 'connection reset'],
    ['an end of stream', ({ tcp }: ScriptedClient) => tcp.end(), 'end of stream'],
    [
      'a reset inside a frame',
      ({ tcp }: ScriptedClient) => {
        tcp.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.alloc(40, 'x')]))
        setImmediate(() => tcp.resetAndDestroy())
      },
      'connection reset'
    ]
  ])('comes back after %s and leaves the other connection alone', async (what, cut, reason) => {
    const { collector, server, trades } = await aVenue()
    const other = clientOf(server, 'T004-USD')
    cut(clientOf(server, 'T001-USD'))
    const row = (): ReturnType<Collector['rows']>[number] | undefined => collector.rows()[0]
    await until(() => row()?.state === 'waiting', `${what} is seen`)
    expect(row()).toMatchObject({ reason: 'backoff', lastClose: { code: 1006, reason } })
    clock.advance(500)
    await until(() => isAllLive(collector), 'live again')
    expect(row()?.reconnects).toBe(1)
    expect(clientOf(server, 'T004-USD')).toBe(other)
    clientOf(server, 'T001-USD').ws.send('{"trade":"T001-USD"}')
    await until(() => trades.length === 1, 'a trade')
    expect(trades).toEqual(['toy-01 toy:T001-USD'])
  })

  test('a half-open link is found by its missing pong and replaced', async () => {
    const { collector, server } = await aVenue({}, { heartbeatMs: null })
    for (const { tcp } of server.clients) tcp.pause()
    clock.advance(24_000)
    expect(isAllLive(collector)).toBe(true)
    clock.advance(1_000)
    await until(() => collector.rows().every(({ state }) => state === 'waiting'), 'found')
    expect(collector.rows()[0]?.lastClose?.reason).toBe('no pong within 10000 ms')
    for (const { tcp } of server.clients) tcp.resume()
    clock.advance(1_000)
    await until(() => isAllLive(collector), 'live again')
    expect(server.clients).toHaveLength(4)
  })

  test('a frame cut short and then silence is found as well', async () => {
    const { collector, server, trades } = await aVenue()
    const client = clientOf(server, 'T001-USD')
    client.tcp.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.alloc(40, 'x')]))
    for (let second = 0; second < 16; second += 1) {
      clientOf(server, 'T004-USD').ws.send('{"trade":"T004-USD"}')
      await until(() => trades.length > second, 'the other one trades')
      clock.advance(1_000)
    }
    await until(() => collector.rows()[0]?.lastClose !== null, 'found')
    expect(collector.rows()[0]?.lastClose?.reason).toMatch(/no sign of life/)
    expect(collector.rows()[1]).toMatchObject({ state: 'live', lastClose: null })
  })

  test('an oversized frame ends the link as such; the next one works', async () => {
    const { collector, server } = await aVenue()
    clientOf(server, 'T001-USD').ws.send('x'.repeat(70_000))
    await until(() => collector.rows()[0]?.lastClose !== null, 'ended')
    expect(collector.rows()[0]?.lastClose?.code).toBe(1009)
    clock.advance(500)
    await until(() => isAllLive(collector), 'live again')
  })

  test('garbage is counted and the connection kept', async () => {
    const { collector, server, trades } = await aVenue()
    const { ws } = clientOf(server, 'T001-USD')
    const garbage = [
      '',
      '\uFEFF{}',
      '{"a":1}{"b":2}',
      '[',
      'null',
      '"text"',
      '{"__proto__":{"x":1}}'
    ]
    for (const frame of garbage) ws.send(frame)
    ws.send('{"trade":"T001-USD"}')
    await until(() => trades.length === 1, 'the trade after it')
    const { rejectedFrames, unknownFrames } = collector.totals()
    expect(rejectedFrames + unknownFrames).toBe(garbage.length)
    expect(collector.rows()[0]).toMatchObject({ state: 'live', reconnects: 0 })
  })

  test('adding and removing an instrument opens and closes no socket', async () => {
    const { collector, server, trades } = await aVenue()
    const before = [...server.clients]
    collector.removeInstrument('toy:T004-USD')
    await until(
      () => clientOf(server, 'T005-USD').received.some((text) => text.includes('unsubscribe')),
      'unsubscribed'
    )
    expect(clientOf(server, 'T001-USD').received).toHaveLength(1)
    collector.addInstrument('toy:T004-USD')
    await until(() => clientOf(server, 'T005-USD').received.length === 3, 'subscribed again')
    clientOf(server, 'T004-USD').ws.send('{"trade":"T004-USD"}')
    await until(() => trades.length === 1, 'a trade')
    expect(server.clients).toEqual(before)
    expect(before.every(({ ws }) => ws.readyState === ws.OPEN)).toBe(true)
  })

  test('a venue that ends links at their lifetime finds each replaced before, with no trade lost', async () => {
    const lifetimeMs = 240_000
    const opened = new Map<ScriptedClient, number>()
    const ended: number[] = []
    const ids: number[] = []
    const { collector, server } = await aVenue(
      { connected: (client) => opened.set(client, clock.monotonicMs()) },
      { lifetimeMs },
      { onEvents: (...[, events]) => events.forEach((event) => void ids.push(idOf(event))) }
    )
    let second = 0
    while (second < 260) {
      const open = server.clients.filter(({ ws }) => ws.readyState === ws.OPEN)
      expect(open.length).toBeGreaterThanOrEqual(2)
      for (const [client, openedMs] of opened) {
        if (client.ws.readyState !== client.ws.OPEN) continue
        if (clock.monotonicMs() - openedMs >= lifetimeMs) ended.push(second)
      }
      for (const { ws, received } of open) {
        const text = received.join()
        for (const symbol of ['T001', 'T002', 'T003', 'T004', 'T005']) {
          if (text.includes(symbol)) ws.send(JSON.stringify({ trade: `${symbol}-USD`, id: second }))
        }
      }
      await until(() => ids.filter((id) => id === second).length >= 5, `trades of ${second}`)
      const step = second < 210 ? 5 : 1
      second += step
      clock.advance(step * 1_000)
      await until(
        () => collector.rows().every(({ state }) => state === 'live' || state === 'draining'),
        'links stand'
      )
    }
    expect(ended).toEqual([])
    expect(opened.size).toBe(4)
    expect(collector.rows().map(({ reconnects }) => reconnects)).toEqual([0, 0])
    await until(() => server.openConnections() === 2, 'old links are gone')
  })

  test('a stop while the venue does not answer closes within a second', async () => {
    const { collector, server } = await aVenue()
    for (const { tcp } of server.clients) tcp.pause()
    const stopped = collector.stop()
    clock.advance(1_000)
    await stopped
    expect(collector.rows().every(({ state }) => state === 'closed')).toBe(true)
    for (const { tcp } of server.clients) tcp.resume()
  })
})
