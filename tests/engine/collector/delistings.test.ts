import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Collector } from '../../../src/engine/collector/collector.ts'
import { Delistings } from '../../../src/engine/collector/delistings.ts'
import { aStartedCollector, answer, letIn } from '../../support/collector-rig.ts'
import { aToy, readToyRequest, someToys, toyVenue } from '../../support/toy-venue.ts'
import { until } from '../../support/until.ts'

const toys = someToys(6)
let running: Collector | null = null

afterEach(async () => {
  await running?.stop()
  running = null
})

describe('Delistings', () => {
  const never = (): boolean => false

  test('what is missing for once is in doubt, for twice delisted', () => {
    const delistings = new Delistings()
    const first = delistings.judge(toys, toys.slice(1), never)
    expect(first).toEqual({ delisted: [], isDoubtful: true })
    expect(delistings.judge(toys, toys.slice(1), never).delisted).toEqual([toys[0]])
  })

  test('what is missing and refused is delisted at once', () => {
    const verdict = new Delistings().judge(toys, toys.slice(1), () => true)
    expect(verdict).toEqual({ delisted: [toys[0]], isDoubtful: false })
  })

  test('what came back in between was never gone', () => {
    const delistings = new Delistings()
    delistings.judge(toys, toys.slice(1), never)
    delistings.judge(toys, toys, never)
    expect(delistings.judge(toys, toys.slice(1), never).delisted).toEqual([])
  })

  test('a list that says so names it, a halted one stays', () => {
    const delisted = toys.map((toy) => ({ ...toy, status: 'delisted' as const }))
    const halted = toys.map((toy) => ({ ...toy, status: 'halted' as const }))
    const offered = [...delisted.slice(0, 1), ...halted.slice(1)]
    expect(new Delistings().judge(toys, offered, () => true).delisted).toEqual([toys[0]])
  })

  test('a list that lacks most is never believed', () => {
    const many = someToys(40)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 19 }), (kept) => {
        const delistings = new Delistings()
        const offered = many.slice(0, kept)
        for (let times = 0; times < 3; times += 1) {
          expect(delistings.judge(many, offered, () => true).delisted).toEqual([])
        }
      })
    )
  })
})

describe('createCollector, where instruments come and go', () => {
  test('a delisted instrument is asked for no more and kept to be shown; a new one joins', async () => {
    let offered = [...someToys(6)]
    let lists = 0
    const discover = () => {
      lists += 1
      return Promise.resolve({ instruments: offered, complete: true, problems: [] })
    }
    const rig = await aStartedCollector({ venue: toyVenue({ discover }) })
    running = rig.collector
    const { collector, sockets, clock } = rig
    for (const socket of sockets.all) letIn(socket)
    offered = [...offered.slice(1), aToy('NEW-USD')]
    const [first] = sockets.all
    first?.end({ kind: 'dropped', how: 'reset' })
    clock.advance(1_000)
    sockets.last.accept()
    const [asked] = sockets.last.sent.splice(0).map((text) => readToyRequest(text))
    expect(asked?.symbols).toContain('T001-USD')
    sockets.last.say({ refused: asked?.id ?? '', names: ['T001-USD'] })
    answer(sockets.last)
    const pass = (seconds: number): void => {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1_000)
        for (const socket of sockets.unended) {
          socket.pong()
          for (const symbol of ['T002-USD', 'T005-USD']) socket.say({ trade: symbol })
        }
      }
    }
    pass(61)
    await until(() => lists === 2, 'the list is looked at again')
    await until(() => collector.freshnessOf('toy:T001-USD') === 'closed', 'it is retired')
    await until(() => collector.connectionOf('toy:NEW-USD') !== null, 'the new one joined')
    expect(collector.instruments().map(({ id }) => id)).toContain('toy:T001-USD')
    expect(collector.connectionOf('toy:T001-USD')).toBeNull()
    expect(collector.totals().problems).toEqual([])
    expect(collector.totals().instruments).toMatchObject({ expected: 6, total: 7 })
    for (const socket of sockets.all) socket.sent.length = 0
    for (const socket of sockets.unended) socket.end({ kind: 'dropped', how: 'reset' })
    for (let second = 0; second < 30; second += 1) {
      clock.advance(1_000)
      for (const socket of sockets.unended) if (socket.sent.length === 0) socket.accept()
    }
    const again = sockets.all.flatMap(({ sent }) =>
      sent.flatMap((text) => readToyRequest(text).symbols)
    )
    expect(again).toContain('NEW-USD')
    expect(again).not.toContain('T001-USD')
  })

  test('the list is looked at again once an hour, and a failure then changes nothing', async () => {
    let lists = 0
    const discover = () => {
      lists += 1
      return lists === 2
        ? Promise.reject(new Error('away'))
        : Promise.resolve({ instruments: someToys(6), complete: true, problems: [] })
    }
    const rig = await aStartedCollector({ venue: toyVenue({ discover }) })
    running = rig.collector
    rig.clock.advance(3_599_000)
    expect(lists).toBe(1)
    rig.clock.advance(1_000)
    await until(() => lists === 2, 'asked after an hour')
    await until(() => rig.log.lines.some(({ event }) => event === 'discovery-broken'), 'told')
    expect(rig.collector.instruments()).toHaveLength(6)
    rig.clock.advance(60_000)
    await until(() => lists === 3, 'asked again a minute later')
  })
})
