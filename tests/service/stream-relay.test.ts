import { describe, expect, test } from 'vitest'
import { StatePublisher } from '../../src/contracts/state-publisher.ts'
import type { ClientMessage, MessageLink, ServerMessage } from '../../src/contracts/state-stream.ts'
import { StreamRelay } from '../../src/service/stream-relay.ts'
import { FakeHostClock } from '../support/fake-host-clock.ts'
import { aConnectionRow, aHealthRow, aPriceRow, aRunRow } from '../support/rows.ts'

/** A relay of an engine whose stream is a publisher in the same turn; `hang` stops both directions. */
function relayed(answers = true) {
  const clock = new FakeHostClock()
  const warnings: string[] = []
  const watched: number[] = []
  const relay = new StreamRelay({ clock, warn: (event) => void warnings.push(event) })
  const engine = new StatePublisher({
    query: () =>
      answers
        ? Promise.resolve({ name: 'trades', trades: [] })
        : new Promise<never>(() => undefined),
    retry: () => undefined,
    watched: (series) => void watched.push(series.length)
  })
  let toEngine: (message: unknown) => void = () => undefined
  let toHost: (message: ServerMessage) => void = () => undefined
  let tellClosed: () => void = () => undefined
  engine.attach(
    {
      send: (message) => toHost(message),
      onMessage: (listener) => {
        toEngine = listener
      },
      onClose: () => undefined,
      close: () => undefined
    },
    { maxOpenQueries: 256, maxWatchedSeries: 70 }
  )
  const link: MessageLink<ClientMessage, ServerMessage> = {
    send: (message) => toEngine(message),
    onMessage: (listener) => {
      toHost = listener
    },
    onClose: (listener) => {
      tellClosed = listener
    },
    close: () => tellClosed()
  }
  engine.put('run', aRunRow())
  engine.put('health', aHealthRow())
  engine.put('prices', aPriceRow({ freshness: 'live' }))
  engine.put('connections', aConnectionRow({ state: 'live' }))
  relay.connect(link)
  engine.flush()
  const shown = () => ({
    price: relay.publisher.find('prices', aPriceRow().id)?.freshness,
    connection: relay.publisher.find('connections', aConnectionRow().id)?.state,
    health: relay.publisher.find('health', 'health')?.status
  })
  return { relay, engine, clock, warnings, watched, shown, link }
}

const live = { price: 'live', connection: 'live', health: 'ok' }
const stale = { price: 'stale', connection: 'closed', health: 'down' }
const query = { name: 'trades', instrument: 'x:Y', fromMs: null, toMs: null, limit: 1 } as const

describe('StreamRelay', () => {
  test('shows nothing as live once the engine was silent for 3 s, until it speaks again', () => {
    const { relay, engine, clock, shown } = relayed()
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1_000)
      engine.put('health', aHealthRow({ uptimeMs: second }))
      engine.flush()
    }
    clock.advance(2_999)
    expect(shown()).toEqual(live)
    clock.advance(1)
    expect(shown()).toEqual(stale)
    engine.put('health', aHealthRow({ uptimeMs: 10_000 }))
    engine.flush()
    expect(shown()).toEqual(stale)
    engine.flush()
    expect(shown()).toEqual(live)
    clock.advance(3_000)
    expect(shown()).toEqual(stale)
    relay.close()
  })

  test('shows nothing as live once the engine is gone, and forgets its silence', () => {
    const { clock, shown, link } = relayed()
    link.close()
    expect(shown()).toEqual(stale)
    expect(clock.pendingTimers).toBe(0)
  })

  test('answers a query that the engine leaves open for 10 s with unavailable', async () => {
    const { relay, clock } = relayed(false)
    const answer = relay.query(query)
    clock.advance(10_000)
    await expect(answer).resolves.toMatchObject({ code: 'unavailable' })
    relay.close()
  })

  test('leaves no timer behind an answered query', async () => {
    const { relay, clock } = relayed()
    const before = clock.pendingTimers
    await expect(relay.query(query)).resolves.toEqual({ name: 'trades', trades: [] })
    expect(clock.pendingTimers).toBe(before)
    relay.close()
  })

  test('watches for all its clients together, and warns of what the engine refuses', () => {
    const { relay, warnings, watched } = relayed()
    const watch = (client: number) => {
      let tell: (message: unknown) => void = () => undefined
      relay.publisher.attach({
        send: () => undefined,
        onMessage: (listener) => {
          tell = listener
        },
        onClose: () => undefined,
        close: () => undefined
      })
      const series = Array.from(Array(35).keys(), (at) => ({
        instrument: `coinbase:${client}-${at}`,
        interval: '1s'
      }))
      tell({ kind: 'watch', series })
    }
    watch(1)
    watch(2)
    expect(watched.at(-1)).toBe(70)
    expect(warnings).toEqual([])
    watch(3)
    expect(watched.at(-1)).toBe(70)
    expect(warnings).toEqual(['refused'])
    relay.close()
  })

  test('says why no engine answers, and takes it back when one does', () => {
    const { relay, engine, link } = relayed()
    link.close()
    relay.explain('The engine ended (out of memory); starting again in 0.5 s', 'simulated')
    const health = () => relay.publisher.find('health', 'health')
    expect(health()).toMatchObject({
      status: 'down',
      problems: ['The engine ended (out of memory); starting again in 0.5 s']
    })
    relay.connect(link)
    engine.put('health', aHealthRow())
    engine.flush()
    engine.flush()
    expect(health()).toMatchObject({ status: 'ok', problems: [] })
  })

  test('says so too of an engine that never came up', () => {
    const relay = new StreamRelay({ clock: new FakeHostClock() })
    relay.explain('The engine ended 5 times in five minutes', 'live')
    expect(relay.publisher.find('health', 'health')).toMatchObject({
      status: 'down',
      mode: 'live',
      problems: ['The engine ended 5 times in five minutes']
    })
  })
})
