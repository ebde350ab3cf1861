import { describe, expect, test } from 'vitest'
import type { CollectorOptions } from '../../../src/engine/collector/collector-options.ts'
import { aStartedCollector, answer, discovering, letIn } from '../../support/collector-rig.ts'
import type { CollectorRig } from '../../support/collector-rig.ts'
import type { FakeSocket } from '../../support/fake-sockets.ts'
import { readToyRequest, someToys, toyVenue } from '../../support/toy-venue.ts'

const twins = ['toy-priority-01a', 'toy-priority-01b']

/** A collector whose sockets are all let in, and each socket by the name of its connection. */
async function aLiveCollector(changes: Partial<CollectorOptions> = {}): Promise<CollectorRig> {
  const rig = await aStartedCollector({ ...discovering(someToys(4)), ...changes })
  for (const socket of rig.sockets.all) letIn(socket)
  return rig
}

/** Lets seconds pass in which all links show life, and these trade on them. */
function pass(
  { clock, sockets }: CollectorRig,
  seconds: number,
  ...trades: readonly object[]
): void {
  for (let second = 0; second < seconds; second += 1) {
    for (const socket of sockets.unended) {
      socket.pong()
      socket.say({ beat: null }, ...trades)
    }
    clock.advance(1_000)
  }
}

function asked(socket: FakeSocket | undefined): readonly string[] {
  return (socket?.sent ?? []).map((text) => {
    const { op, symbols } = readToyRequest(text)
    return `${op} ${symbols.join(' ')}`
  })
}

describe('createCollector with priority', () => {
  test('feeds a priority instrument by two connections of its own, which come first', async () => {
    const rig = await aStartedCollector({
      ...discovering(someToys(4)),
      priority: ['T003-USD', 'toy:t004-usd']
    })
    for (const socket of rig.sockets.all) socket.accept()
    expect(rig.sockets.all.map(asked)).toEqual([
      ['subscribe T003-USD T004-USD'],
      ['subscribe T003-USD T004-USD'],
      ['subscribe T001-USD T002-USD']
    ])
    expect(rig.collector.rows().map(({ id }) => id)).toEqual([...twins, 'toy-01'])
    await rig.collector.stop()
  })

  test('tells who has priority, however it was written and as it changes', async () => {
    const { collector } = await aLiveCollector({ priority: ['toy:t001-usd'] })
    expect([...collector.priority()]).toEqual(['toy:T001-USD'])
    collector.setPriority('toy:T002-USD', true)
    collector.setPriority('toy:T001-USD', false)
    expect([...collector.priority()]).toEqual(['toy:T002-USD'])
    await collector.stop()
  })

  test('loses nothing and is not stale when one of the two is lost; counts the instrument once', async () => {
    const rig = await aLiveCollector({ priority: ['T001-USD'] })
    const { collector, sockets } = rig
    sockets.all[0]?.say({ trade: 'T001-USD', id: 1 })
    sockets.all[1]?.say({ trade: 'T001-USD', id: 1 })
    sockets.all[0]?.end({ kind: 'dropped', how: 'reset' })
    expect(collector.freshnessOf('toy:T001-USD')).toBe('live')
    expect(collector.connectionOf('toy:T001-USD')).toBe(twins[1])
    expect(collector.totals().instruments).toEqual({ live: 1, expected: 4, total: 4 })
    expect(collector.instruments()).toHaveLength(4)
    await collector.stop()
  })

  test('says so when a symbol is given priority that is not collected', async () => {
    const { collector } = await aLiveCollector({ priority: ['T009-USD'] })
    expect(collector.totals().problems).toEqual([
      'T009-USD is given priority but is not among the instruments collected'
    ])
    expect(collector.rows().map(({ id }) => id)).toEqual(['toy-01', 'toy-02'])
    await collector.stop()
  })

  test('refuses priority where trades have no numbers, and feeds by one connection', async () => {
    const venue = toyVenue({ tradeIds: 'none', discover: someDiscovery })
    const { collector } = await aLiveCollector({ venue, priority: ['T001-USD'] })
    expect(collector.totals().problems).toEqual([
      'Toy numbers no trades: none of its instruments can have priority'
    ])
    expect(collector.setPriority('toy:T001-USD', true)).toBe(false)
    expect(collector.rows().map(({ id }) => id)).toEqual(['toy-01', 'toy-02'])
    await collector.stop()
  })

  test('given at run time: the old connection lets go once both new ones brought the same', async () => {
    const rig = await aLiveCollector()
    const { collector, sockets, lists } = rig
    const [first] = sockets.all
    const told = lists.length
    expect(collector.setPriority('toy:T001-USD', true)).toBe(true)
    expect(collector.setPriority('toy:T001-USD', true)).toBe(false)
    expect(sockets.all).toHaveLength(4)
    const [, , twinA, twinB] = sockets.all
    pass(rig, 3, { trade: 'T001-USD', id: 1 })
    expect(asked(first)).toEqual([])
    if (twinA !== undefined) letIn(twinA)
    pass(rig, 3, { trade: 'T001-USD', id: 2 })
    expect(asked(first)).toEqual([])
    if (twinB !== undefined) letIn(twinB)
    pass(rig, 3, { trade: 'T001-USD', id: 3 })
    expect(asked(first)).toEqual(['unsubscribe T001-USD'])
    expect(lists).toHaveLength(told)
    expect(
      rig.marks.filter(({ instruments }) => instruments.includes('toy:T001-USD'))
    ).toMatchObject([
      { state: 'up', connection: 'toy-01' },
      { state: 'up', connection: twins[0] },
      { state: 'up', connection: twins[1] },
      { state: 'down', connection: 'toy-01', reason: 'removed' }
    ])
    await collector.stop()
  })

  test('taken at run time: goes back among the others, and the two close', async () => {
    const rig = await aLiveCollector({ priority: ['T001-USD'] })
    const { collector, sockets } = rig
    const [twinA, twinB, common] = sockets.all
    expect(collector.setPriority('toy:T001-USD', false)).toBe(true)
    expect(sockets.all).toHaveLength(4)
    const added = sockets.last
    expect(asked(common)).toEqual([])
    letIn(added)
    expect(twinA?.isEnded).toBe(false)
    pass(rig, 4, { trade: 'T001-USD', id: 7 })
    expect([twinA?.isEnded, twinB?.isEnded]).toEqual([true, true])
    expect(collector.rows().map(({ id }) => id)).toEqual(['toy-01', 'toy-02'])
    expect(collector.freshnessOf('toy:T001-USD')).toBe('live')
    await collector.stop()
  })

  test('the two do not replace their links at the same time', async () => {
    const rig = await aLiveCollector({ priority: ['T001-USD'] })
    const { collector, sockets } = rig
    expect(sockets.all).toHaveLength(3)
    expect(collector.rotate()).toBe(true)
    expect(sockets.all).toHaveLength(4)
    letIn(sockets.last)
    pass(rig, 3, { trade: 'T001-USD', id: 1 }, { trade: 'T002-USD', id: 1 })
    expect(sockets.all[0]?.isEnded).toBe(true)
    expect(sockets.all).toHaveLength(5)
    for (let turn = 0; turn < 2; turn += 1) {
      letIn(sockets.last)
      for (const symbol of ['T001-USD', 'T002-USD', 'T003-USD', 'T004-USD']) {
        for (const socket of sockets.unended) socket.say({ trade: symbol, id: 2 + turn })
      }
      pass(rig, 3)
    }
    expect(sockets.all).toHaveLength(6)
    expect(sockets.unended).toHaveLength(3)
    expect(collector.rows().map(({ state }) => state)).toEqual(['live', 'live', 'live'])
    await collector.stop()
  })
})

describe('moveInstrument', () => {
  test('the old connection lets go only once the new one was seen to bring the same', async () => {
    const rig = await aLiveCollector()
    const { collector, sockets } = rig
    const [first, second] = sockets.all
    expect(collector.moveInstrument('toy:T001-USD', 'toy-02')).toBe(true)
    expect(asked(second)).toEqual(['subscribe T001-USD'])
    pass(rig, 5, { trade: 'T001-USD', id: 1 })
    expect(asked(first)).toEqual([])
    if (second !== undefined) answer(second)
    first?.say({ trade: 'T001-USD', id: 2 })
    pass(rig, 1)
    second?.say({ trade: 'T001-USD', id: 2 })
    expect(collector.totals().instruments.total).toBe(4)
    pass(rig, 3)
    expect(asked(first)).toEqual(['unsubscribe T001-USD'])
    expect(collector.connectionOf('toy:T001-USD')).toBe('toy-02')
    expect(collector.freshnessOf('toy:T001-USD')).toBe('live')
    await collector.stop()
  })

  test('a new connection that is lost meanwhile begins its proof anew', async () => {
    const rig = await aLiveCollector()
    const { collector, sockets } = rig
    const [first, second] = sockets.all
    collector.moveInstrument('toy:T001-USD', 'toy-02')
    if (second !== undefined) answer(second)
    pass(rig, 1, { trade: 'T001-USD', id: 1 })
    second?.end({ kind: 'dropped', how: 'reset' })
    pass(rig, 3, { trade: 'T001-USD', id: 2 })
    expect(asked(first)).toEqual([])
    letIn(sockets.last)
    pass(rig, 4, { trade: 'T001-USD', id: 3 })
    expect(asked(first)).toEqual(['unsubscribe T001-USD'])
    await collector.stop()
  })

  test('the last instrument of a connection leaves it closed', async () => {
    const rig = await aLiveCollector()
    const { collector, sockets } = rig
    const [, second] = sockets.all
    collector.moveInstrument('toy:T004-USD', 'toy-01')
    answer(sockets.all[0] ?? sockets.last)
    pass(rig, 3, { trade: 'T004-USD', id: 1 })
    expect(second?.isEnded).toBe(true)
    expect(collector.rows()).toMatchObject([{ id: 'toy-01', state: 'live' }])
    await collector.stop()
  })

  test('where trades have no numbers the old connection lets go first', async () => {
    const venue = toyVenue({ tradeIds: 'none', discover: someDiscovery })
    const rig = await aLiveCollector({ venue })
    rig.collector.moveInstrument('toy:T001-USD', 'toy-02')
    expect(rig.sockets.all.map(asked)).toEqual([['unsubscribe T001-USD'], ['subscribe T001-USD']])
    const marks = rig.marks.filter(({ instruments }) => instruments.includes('toy:T001-USD'))
    expect(marks.map(({ state }) => state)).toEqual(['up', 'down'])
    await rig.collector.stop()
  })

  test('is refused for what is unknown, where it is already, and for priority', async () => {
    const { collector } = await aLiveCollector({ priority: ['T002-USD'] })
    expect(collector.moveInstrument('toy:T009-USD', 'toy-01')).toBe(false)
    expect(collector.moveInstrument('toy:T001-USD', 'toy-09')).toBe(false)
    expect(collector.moveInstrument('toy:T001-USD', 'toy-01')).toBe(false)
    expect(collector.moveInstrument('toy:T002-USD', 'toy-01')).toBe(false)
    await collector.stop()
  })

  test('removed on its way it is carried nowhere, and nothing is left of it', async () => {
    const rig = await aLiveCollector()
    const { collector, sockets, clock } = rig
    collector.moveInstrument('toy:T001-USD', 'toy-02')
    expect(collector.removeInstrument('toy:T001-USD')).toBe(true)
    expect(sockets.all.map((socket) => asked(socket).at(-1))).toEqual([
      'unsubscribe T001-USD',
      'unsubscribe T001-USD'
    ])
    expect(collector.connectionOf('toy:T001-USD')).toBeNull()
    await collector.stop()
    expect(clock.pending).toBe(0)
    expect(sockets.unended).toHaveLength(0)
  })
})

function someDiscovery() {
  return Promise.resolve({ instruments: someToys(4), complete: true, problems: [] })
}
