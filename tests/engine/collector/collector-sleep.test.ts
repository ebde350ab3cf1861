import { describe, expect, test } from 'vitest'
import { aStartedCollector, letIn } from '../../support/collector-rig.ts'
import type { CollectorRig } from '../../support/collector-rig.ts'
import { someToys, toyVenue } from '../../support/toy-venue.ts'

const hourMs = 3_600_000

/** Two live connections whose first instruments just traded. */
async function aTradingCollector(): Promise<CollectorRig> {
  const rig = await aStartedCollector()
  for (const socket of rig.sockets.all) letIn(socket)
  rig.sockets.all[0]?.say({ trade: 'T001-USD' })
  rig.sockets.all[1]?.say({ trade: 'T004-USD' })
  return rig
}

describe('createCollector on a machine that sleeps', () => {
  test('after sleep every socket is taken for dead, and one goes ahead', async () => {
    const { collector, sockets, clock } = await aStartedCollector()
    for (const socket of sockets.all) letIn(socket)
    clock.sleep(6_500)
    expect(sockets.all.slice(0, 2).every(({ wasTerminated }) => wasTerminated)).toBe(true)
    clock.advance(1_000)
    expect(sockets.all).toHaveLength(3)
    letIn(sockets.last)
    clock.advance(1_000)
    expect(sockets.all).toHaveLength(4)
    expect(collector.rows()[0]?.lastClose?.reason).toBe('presumed dead after sleep')
    await collector.stop()
  })

  test('stopped for a minute, it comes back within the venue’s budget and not at once', async () => {
    const instruments = someToys(30)
    const symbols = instruments.map(({ symbol }) => symbol)
    const venue = toyVenue({
      discover: () => Promise.resolve({ instruments, complete: true, problems: [] }),
      limits: { ...toyVenue().limits, connects: { burst: 3, perSecond: 2, per5Minutes: null } }
    })
    const { collector, sockets, clock } = await aStartedCollector({ venue, perConnection: 1 })
    let met = 0
    const passSecond = (): number => {
      clock.advance(1_000)
      const fresh = sockets.all.slice(met)
      met = sockets.all.length
      for (const socket of fresh) letIn(socket)
      for (const socket of sockets.unended) {
        socket.pong()
        socket.say({ beat: null }, ...symbols.map((trade) => ({ trade })))
      }
      return fresh.length
    }
    while (sockets.unended.length < 30) passSecond()
    clock.sleep(60_000)
    expect(sockets.unended.length).toBeLessThanOrEqual(3)
    const perSecond: number[] = []
    while (sockets.unended.length < 30) perSecond.push(passSecond())
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(3)
    expect(perSecond.length).toBeLessThanOrEqual(32)
    expect(collector.rows().every(({ state }) => state === 'live')).toBe(true)
    await collector.stop()
  })

  test('told that the machine woke up, it does the same', async () => {
    const { collector, sockets } = await aStartedCollector()
    for (const socket of sockets.all) letIn(socket)
    collector.resumed()
    expect(sockets.unended).toHaveLength(0)
    await collector.stop()
  })

  test('sockets that answer a clock set forward are kept, and live again with their answer', async () => {
    const { collector, sockets, clock } = await aTradingCollector()
    clock.stepWall(hourMs)
    clock.advance(1_000)
    expect(sockets.all.map(({ pings }) => pings)).toEqual([1, 1])
    expect(collector.freshnessOf('toy:T001-USD')).toBe('stale')
    for (const socket of sockets.all) socket.pong()
    expect(collector.freshnessOf('toy:T001-USD')).toBe('live')
    for (let second = 0; second < 10; second += 1) {
      clock.advance(1_000)
      for (const socket of sockets.all) socket.say({ beat: null })
    }
    expect(sockets.all).toHaveLength(2)
    expect(collector.rows().map(({ reconnects }) => reconnects)).toEqual([0, 0])
    await collector.stop()
  })

  test('frames are a sign of life too, once they cannot have lain in a buffer', async () => {
    const { collector, sockets, clock } = await aTradingCollector()
    clock.stepWall(hourMs)
    clock.advance(1_000)
    sockets.all[0]?.say({ trade: 'T001-USD' })
    expect(collector.freshnessOf('toy:T001-USD')).toBe('stale')
    clock.advance(500)
    sockets.all[0]?.say({ trade: 'T001-USD' })
    expect(collector.freshnessOf('toy:T001-USD')).toBe('live')
    expect(collector.freshnessOf('toy:T004-USD')).toBe('stale')
    await collector.stop()
  })

  test('after a sleep that only the wall clock saw, dead sockets go within 5 s and are not live before', async () => {
    const { collector, sockets, clock } = await aTradingCollector()
    const asleep = [...sockets.all]
    clock.stepWall(8 * hourMs)
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1_000)
      expect(collector.freshnessOf('toy:T001-USD')).toBe('stale')
      expect(collector.totals().instruments.live).toBe(0)
    }
    clock.advance(1_000)
    expect(asleep.every(({ wasTerminated }) => wasTerminated)).toBe(true)
    expect(collector.rows()[0]?.lastClose?.reason).toBe(
      'no sign of life within 5000 ms of a clock jump'
    )
    clock.advance(1_000)
    letIn(sockets.last)
    clock.advance(1_000)
    expect(sockets.unended).toHaveLength(2)
    await collector.stop()
  })

  test('a doubt waits while reading is paused by us', async () => {
    const { collector, sockets, clock } = await aTradingCollector()
    collector.pauseReading()
    clock.stepWall(hourMs)
    clock.advance(20_000)
    collector.resumeReading()
    clock.advance(4_000)
    expect(collector.freshnessOf('toy:T001-USD')).toBe('stale')
    for (const socket of sockets.all) socket.pong()
    clock.advance(4_000)
    expect(sockets.unended).toHaveLength(2)
    await collector.stop()
  })

  test.each([-hourMs, -6_000, 4_000])('a wall clock set by %i ms is nothing', async (stepMs) => {
    const { collector, sockets, clock } = await aTradingCollector()
    clock.stepWall(stepMs)
    clock.advance(1_000)
    expect(collector.freshnessOf('toy:T001-USD')).toBe('live')
    expect(sockets.all.map(({ pings }) => pings)).toEqual([0, 0])
    await collector.stop()
  })
})
