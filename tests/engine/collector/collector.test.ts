import { describe, expect, test } from 'vitest'
import { VenueError } from '../../../src/core/venue-error.ts'
import type { Instrument } from '../../../src/core/market/instrument.ts'
import {
  aCollectorRig,
  aStartedCollector,
  discovering,
  letIn
} from '../../support/collector-rig.ts'
import { aToy, readToyRequest, someToys, toyVenue } from '../../support/toy-venue.ts'
import { until } from '../../support/until.ts'

describe('createCollector', () => {
  test('plans shards, connects them and hands on their events by connection', async () => {
    const { collector, sockets, events, lists } = await aStartedCollector()
    expect(sockets.all).toHaveLength(2)
    expect(lists.map((list) => list.length)).toEqual([6])
    for (const socket of sockets.all) letIn(socket)
    sockets.all[1]?.say({ trade: 'T004-USD' })
    expect(events).toMatchObject([{ connection: 'toy-02', event: { instrument: 'toy:T004-USD' } }])
    expect(collector.rows().map(({ id, state }) => [id, state])).toEqual([
      ['toy-01', 'live'],
      ['toy-02', 'live']
    ])
    expect(collector.connectionOf('toy:T004-USD')).toBe('toy-02')
    await collector.stop()
  })

  test('326 instruments come up on 22 connections within the budget', async () => {
    const venue = toyVenue({
      limits: {
        connects: { burst: 16, perSecond: 6, per5Minutes: null },
        messagesPerSecond: 4,
        rest: { burst: 1, perSecond: 1 },
        instrumentsPerConnection: { usual: 15, most: 100 },
        maxFrameBytes: 1024
      },
      discover: () => Promise.resolve({ instruments: someToys(326), complete: true, problems: [] })
    })
    const { collector, sockets, clock } = await aStartedCollector({ venue })
    expect(sockets.all).toHaveLength(16)
    expect(collector.rows().filter(({ reason }) => reason === 'rate')).toHaveLength(6)
    clock.advance(999)
    expect(sockets.all).toHaveLength(21)
    clock.advance(1)
    expect(sockets.all).toHaveLength(22)
    for (const socket of sockets.all) letIn(socket)
    expect(collector.totals()).toMatchObject({ connections: { live: 22, total: 22 } })
    await collector.stop()
  })

  test('an added instrument goes to a shard with room and touches no other socket', async () => {
    const offered = [...someToys(5), aToy('ZZZ-USD', { status: 'halted' })]
    const { collector, sockets } = await aStartedCollector(discovering(offered))
    for (const socket of sockets.all) letIn(socket)
    expect(collector.addInstrument('toy:ZZZ-USD')).toBe(true)
    expect(collector.addInstrument('toy:ZZZ-USD')).toBe(false)
    expect(collector.addInstrument('toy:NONE-USD')).toBe(false)
    expect(collector.connectionOf('toy:ZZZ-USD')).toBe('toy-02')
    expect(sockets.all).toHaveLength(2)
    expect(sockets.all[0]?.sent).toEqual([])
    expect(sockets.all[1]?.sent).toHaveLength(1)
    await collector.stop()
  })

  test('an instrument without room opens one new connection', async () => {
    const offered = [...someToys(3), aToy('ZZZ-USD', { status: 'halted' })]
    const { collector, sockets } = await aStartedCollector(discovering(offered))
    for (const socket of sockets.all) letIn(socket)
    collector.addInstrument('toy:ZZZ-USD')
    expect(sockets.all).toHaveLength(2)
    expect(collector.connectionOf('toy:ZZZ-USD')).toBe('toy-02')
    await collector.stop()
  })

  test('a removed instrument is unsubscribed in its own shard; an empty shard closes', async () => {
    const { collector, sockets } = await aStartedCollector(discovering(someToys(4)))
    for (const socket of sockets.all) letIn(socket)
    expect(collector.removeInstrument('toy:T001-USD')).toBe(true)
    expect(readToyRequest(sockets.all[0]?.sent[0] ?? '').op).toBe('unsubscribe')
    expect(sockets.all[1]?.sent).toEqual([])
    expect(collector.removeInstrument('toy:T004-USD')).toBe(true)
    expect(sockets.all[1]?.isEnded).toBe(true)
    expect(collector.rows().map(({ id }) => id)).toEqual(['toy-01'])
    expect(collector.removeInstrument('toy:T004-USD')).toBe(false)
    await collector.stop()
  })

  test('starts without the network: says why, goes on trying, connects when it can', async () => {
    let isReachable = false
    const venue = toyVenue({
      discover: () =>
        isReachable
          ? Promise.resolve({ instruments: someToys(3), complete: true, problems: [] })
          : Promise.reject(new VenueError('venue-unreachable', 'no route', { retry: 'after' }))
    })
    const { collector, clock, sockets } = aCollectorRig({ venue })
    collector.start()
    await until(() => collector.totals().problems.length > 0, 'a visible reason')
    expect(collector.totals().problems).toEqual(['Toy does not list its instruments: no route'])
    expect(sockets.all).toHaveLength(0)
    isReachable = true
    clock.advance(60_000)
    await until(() => sockets.all.length === 1, 'a connection')
    expect(collector.totals().problems).toEqual([])
    await collector.stop()
  })

  test('a venue out of reach gives the list of the last run, then what is new', async () => {
    let answers = 0
    const saved: (readonly Instrument[])[] = []
    const venue = toyVenue({
      discover: () => {
        answers += 1
        return answers === 1
          ? Promise.reject(new VenueError('venue-unreachable', 'no route', { retry: 'after' }))
          : Promise.resolve({ instruments: someToys(4), complete: true, problems: [] })
      }
    })
    const cache = {
      load: () => Promise.resolve(JSON.parse(JSON.stringify(someToys(3))) as unknown),
      save: (instruments: readonly Instrument[]) => {
        saved.push(instruments)
        return Promise.resolve()
      }
    }
    const { collector, clock, sockets } = await aStartedCollector({ venue, cache })
    expect(collector.instruments()).toEqual(someToys(3))
    expect(collector.totals().problems[0]).toContain('using the list of the last run')
    clock.advance(5_000)
    await until(() => saved.length === 1, 'the list is saved')
    expect(sockets.all).toHaveLength(2)
    expect(collector.instruments()).toHaveLength(4)
    expect(collector.totals().problems).toEqual([])
    await collector.stop()
  })

  test('a partial list is filled up from the last one', async () => {
    const venue = toyVenue({
      discover: () =>
        Promise.resolve({
          instruments: [aToy('NEW-USD')],
          complete: false,
          problems: ['page 2: 500']
        })
    })
    const cache = { load: () => Promise.resolve(someToys(2)), save: () => Promise.resolve() }
    const { collector } = await aStartedCollector({ venue, cache })
    expect(collector.instruments().map(({ symbol }) => symbol)).toEqual([
      'NEW-USD',
      'T001-USD',
      'T002-USD'
    ])
    expect(collector.totals().problems).toEqual(['Toy gave only a part of its instruments'])
    await collector.stop()
  })

  test.each([['not a list'], [[{ id: 'toy:X' }]], [[{ ...aToy('X-USD'), venue: 'other' }]], [[]]])(
    'a cached list that cannot be trusted is not used: %j',
    async (content) => {
      const venue = toyVenue({
        discover: () => Promise.reject(new VenueError('venue-unreachable', 'x', { retry: 'after' }))
      })
      const cache = { load: () => Promise.resolve<unknown>(content), save: () => Promise.resolve() }
      const { collector, sockets } = aCollectorRig({ venue, cache })
      collector.start()
      await until(() => collector.totals().problems.length > 0, 'a visible reason')
      expect(sockets.all).toHaveLength(0)
      await collector.stop()
    }
  )

  test('an unknown symbol is a problem in words; the rest is collected', async () => {
    const { collector } = await aStartedCollector({ selection: ['T001-USD', 'T01-USD'] })
    expect(collector.instruments()).toHaveLength(1)
    expect(collector.totals().problems[0]).toMatch(
      /^T01-USD is not offered by the venue; did you mean/
    )
    await collector.stop()
  })

  test('freshness follows data, heartbeat and state of the connection', async () => {
    const { collector, sockets, clock } = await aStartedCollector(discovering(someToys(2)))
    const socket = sockets.last
    letIn(socket)
    expect(collector.freshnessOf('toy:T001-USD')).toBe('none')
    socket.say({ trade: 'T001-USD' }, { trade: 'T002-USD' })
    expect(collector.freshnessOf('toy:T001-USD')).toBe('live')
    for (let second = 0; second < 8; second += 1) {
      clock.advance(1_000)
      socket.say({ trade: 'T002-USD' }, { beat: null })
    }
    expect(collector.freshnessOf('toy:T001-USD')).toBe('quiet')
    expect(collector.freshnessOf('toy:T002-USD')).toBe('live')
    expect(collector.rows()[0]?.liveInstruments).toBe(2)
    socket.end({ kind: 'dropped', how: 'reset' })
    expect(collector.freshnessOf('toy:T001-USD')).toBe('stale')
    expect(collector.freshnessOf('toy:OTHER-USD')).toBe('none')
    expect(collector.totals().instruments).toEqual({ live: 0, expected: 2, total: 2 })
    await collector.stop()
  })

  test('an event that is not believed makes no instrument live, but is no longer missing', async () => {
    const rig = await aStartedCollector({
      ...discovering(someToys(1)),
      onEvents: (...[, events]) => {
        for (const event of events) {
          if (event.kind === 'trade' && event.eventMs === 0) rig.collector.discount(event)
        }
      }
    })
    const { collector, sockets, clock } = rig
    const socket = sockets.last
    letIn(socket)
    for (let id = 1; id <= 10; id += 1) {
      socket.say({ trade: 'T001-USD', id, at: 0 }, { beat: 'T001-USD', last: id })
      expect(collector.freshnessOf('toy:T001-USD')).toBe('none')
      clock.advance(1_000)
    }
    expect(collector.rows()[0]).toMatchObject({ state: 'live', latencyP99Ms: null })
    socket.say({ trade: 'T001-USD', id: 11 })
    expect(collector.freshnessOf('toy:T001-USD')).toBe('live')
    await collector.stop()
  })

  test('waits while the market is closed, connects 60 s before it opens, leaves 5 min after its close', async () => {
    const openMs = 1_800_000_600_000
    const closeMs = openMs + 3_600_000
    const { collector, clock, sockets } = aCollectorRig({
      ...discovering([aToy('QLD', { calendar: 'XNYS' })]),
      marketHours: (...[, nowMs]) => {
        if (nowMs < openMs) return { isOpen: false, closedMs: null, nextOpenMs: openMs }
        if (nowMs < closeMs) return { isOpen: true, openedMs: openMs }
        return { isOpen: false, closedMs: closeMs, nextOpenMs: openMs + 86_400_000 }
      }
    })
    collector.start()
    await until(() => collector.rows().length === 1, 'a connection')
    expect(collector.rows()[0]).toMatchObject({
      state: 'waiting',
      reason: 'market',
      nextAttemptMs: openMs - 60_000
    })
    expect(collector.freshnessOf('toy:QLD')).toBe('closed')
    clock.advance(539_000)
    expect(sockets.all).toHaveLength(0)
    clock.advance(1_000)
    expect(sockets.all).toHaveLength(1)
    letIn(sockets.last)
    while (clock.nowMs() < closeMs + 299_000) {
      clock.advance(1_000)
      sockets.last.say({ trade: 'QLD' })
      sockets.last.pong()
    }
    expect(collector.rows()[0]?.state).toBe('live')
    clock.advance(2_000)
    expect(sockets.last.isEnded).toBe(true)
    expect(collector.rows()[0]).toMatchObject({ state: 'waiting', reason: 'market' })
    await collector.stop()
  })

  test('pauses reading on all sockets, those opened meanwhile included', async () => {
    const { collector, sockets, clock } = await aStartedCollector()
    const [first, second] = sockets.all
    for (const socket of sockets.all) letIn(socket)
    collector.pauseReading()
    expect([first?.isPaused, second?.isPaused]).toEqual([true, true])
    first?.end({ kind: 'dropped', how: 'reset' })
    clock.advance(1_000)
    sockets.last.accept()
    expect(sockets.last.isPaused).toBe(true)
    collector.resumeReading()
    expect(sockets.unended.every(({ isPaused }) => !isPaused)).toBe(true)
    await collector.stop()
  })

  test('one refused upgrade pauses all of the venue; the others follow the canary', async () => {
    const { collector, sockets, clock } = await aStartedCollector()
    for (const socket of sockets.all)
      socket.end({ kind: 'http', status: 429, retryAfterMs: 20_000 })
    clock.advance(19_999)
    expect(sockets.all).toHaveLength(2)
    clock.advance(1)
    expect(sockets.all).toHaveLength(3)
    letIn(sockets.last)
    expect(sockets.all).toHaveLength(4)
    await collector.stop()
  })

  test('counts messages, bytes and what it could not use', async () => {
    const { collector, sockets } = await aStartedCollector()
    for (const socket of sockets.all) letIn(socket)
    sockets.all[0]?.say('abc', { strange: 1 })
    sockets.all[1]?.say('defg')
    expect(collector.totals()).toMatchObject({
      messagesLast60s: 5,
      rejectedLast60s: 2,
      rejectedFrames: 2,
      unknownFrames: 1
    })
    await collector.stop()
  })

  test('stop leaves no timer and no socket, at any moment', async () => {
    const { collector, sockets, clock } = await aStartedCollector()
    letIn(sockets.last)
    await collector.stop()
    expect(sockets.unended).toHaveLength(0)
    expect(clock.pending).toBe(0)
    const early = aCollectorRig()
    early.collector.start()
    await early.collector.stop()
    expect(early.clock.pending).toBe(0)
    expect(early.sockets.all).toHaveLength(0)
  })
})
