import { describe, expect, test } from 'vitest'
import { aStartedCollector, discovering, letIn } from '../../support/collector-rig.ts'
import type { CollectorRig } from '../../support/collector-rig.ts'
import { someToys, toyVenue } from '../../support/toy-venue.ts'

/** Lets a second pass in which all links show life, and an instrument of each trades. */
function passSecond({ clock, sockets }: CollectorRig, id: number): void {
  for (const socket of sockets.unended) {
    socket.pong()
    socket.say({ beat: null }, { trade: 'T001-USD', id }, { trade: 'T004-USD', id })
  }
  clock.advance(1_000)
}

describe('createCollector with a handover', () => {
  test('never takes an instrument for stale, nor a connection for down', async () => {
    const rig = await aStartedCollector(discovering(someToys(2)))
    const { collector, sockets } = rig
    letIn(sockets.last)
    sockets.last.say({ trade: 'T001-USD', id: 1 }, { trade: 'T002-USD', id: 1 })
    const seen = new Set<string>()
    const states = new Set<string>()
    for (let second = 0; second < 60; second += 1) {
      if (second === 10) collector.rotate()
      if (second === 14) letIn(sockets.last)
      passSecond(rig, second)
      seen.add(collector.freshnessOf('toy:T001-USD')).add(collector.freshnessOf('toy:T002-USD'))
      for (const { state, downSinceMs } of collector.rows()) {
        states.add(state)
        expect(downSinceMs).toBeNull()
      }
      expect(collector.totals()).toMatchObject({
        connections: { live: 1, total: 1 },
        instruments: { live: 2, expected: 2, total: 2 }
      })
    }
    expect([...seen].sort()).toEqual(['live', 'quiet'])
    expect([...states].sort()).toEqual(['draining', 'live'])
    expect(sockets.all).toHaveLength(2)
    expect(sockets.unended).toHaveLength(1)
    await collector.stop()
  })

  test('a failed attempt goes through the budget of the venue and costs the others nothing', async () => {
    const rig = await aStartedCollector(discovering(someToys(4)))
    const { collector, sockets } = rig
    for (const socket of sockets.all) letIn(socket)
    collector.rotate('toy-01')
    sockets.last.end({ kind: 'http', status: 429, retryAfterMs: 20_000 })
    for (let second = 0; second < 19; second += 1) passSecond(rig, second)
    expect(sockets.all).toHaveLength(3)
    expect(collector.rows().map(({ state }) => state)).toEqual(['live', 'live'])
    for (let second = 0; second < 10; second += 1) passSecond(rig, second)
    expect(sockets.all.length).toBeGreaterThan(3)
    await collector.stop()
    expect(sockets.unended).toHaveLength(0)
  })

  test('without trade numbers the connections break in turn, and one that goes frees its turn', async () => {
    const rig = await aStartedCollector({
      venue: toyVenue({
        tradeIds: 'none',
        discover: () => Promise.resolve({ instruments: someToys(6), complete: true, problems: [] })
      })
    })
    const { collector, sockets } = rig
    for (const socket of sockets.all) letIn(socket)
    const [first, second] = sockets.all
    collector.rotate()
    expect([first?.isEnded, second?.isEnded]).toEqual([true, false])
    for (const id of ['toy:T001-USD', 'toy:T002-USD', 'toy:T003-USD'] as const) {
      collector.removeInstrument(id)
    }
    passSecond(rig, 1)
    expect(second?.isEnded).toBe(true)
    letIn(sockets.last)
    expect(collector.rows().map(({ id, state }) => [id, state])).toEqual([['toy-02', 'live']])
    await collector.stop()
  })
})
