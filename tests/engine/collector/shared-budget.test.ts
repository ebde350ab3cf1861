import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Collector } from '../../../src/engine/collector/collector.ts'
import { Governor } from '../../../src/engine/collector/governor.ts'
import { Reachability } from '../../../src/engine/collector/reachability.ts'
import { VenueBudget } from '../../../src/engine/collector/venue-budget.ts'
import { bybitLinear, bybitSpot } from '../../../src/venues/bybit/bybit.ts'
import { venues } from '../../../src/venues/registry.ts'
import { aStartedCollector, letIn } from '../../support/collector-rig.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { SocketEnd } from '../../../src/engine/collector/socket.ts'
import { someToys, toyVenue } from '../../support/toy-venue.ts'

const running: Collector[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((collector) => collector.stop()))
})

describe('VenueBudget, shared by two venues', () => {
  test('Bybit spot and linear share one, other venues have their own', () => {
    expect(bybitSpot.limits.shared).toBe('bybit')
    expect(bybitLinear.limits.shared).toBe('bybit')
    const others = venues.filter(({ id }) => !id.startsWith('bybit'))
    expect(others.every(({ limits }) => limits.shared === undefined)).toBe(true)
  })

  test('connects of both together stay within it, whatever is asked when', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 5, max: 40 }),
        fc.array(fc.tuple(fc.boolean(), fc.nat(15), fc.nat(40_000)), { maxLength: 20 }),
        (burst, perSecond, per5Minutes, asks) => {
          const clock = new FakeClock()
          const limits = {
            connects: { burst, perSecond, per5Minutes },
            rest: { burst: 1, perSecond: 1 }
          }
          const budget = new VenueBudget(limits, clock)
          const first = new Governor(limits, clock, { budget })
          const second = new Governor(limits, clock, { budget })
          const admittedMs: number[] = []
          for (const [isFirst, count, waitMs] of asks) {
            for (let each = 0; each < count; each += 1) {
              const admitted = (): void => void admittedMs.push(clock.monotonicMs())
              const asker = { connection: 'a', rank: 0, admitted }
              if (isFirst) first.admit(asker)
              else second.admit(asker)
            }
            clock.advance(waitMs)
          }
          const most = (ms: number): number =>
            Math.max(
              0,
              ...admittedMs.map(
                (fromMs) => admittedMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + ms).length
              )
            )
          expect(most(1_000)).toBeLessThanOrEqual(burst + perSecond)
          expect(most(300_000)).toBeLessThanOrEqual(per5Minutes)
        }
      ),
      { numRuns: 50 }
    )
  })

  test('REST of one takes from the other, and a pause of one is a pause of both', () => {
    const clock = new FakeClock()
    const { limits } = toyVenue()
    const budget = new VenueBudget(limits, clock)
    const first = new Governor(limits, clock, { budget })
    const second = new Governor(limits, clock, { budget })
    for (let each = 0; each < 5; each += 1) expect(first.takeRest()).toBe(0)
    expect(second.takeRest()).toBeGreaterThan(0)
    first.pause(45_000)
    expect(second.takeRest()).toBe(45_000)
    expect(second.hold).toEqual({ reason: 'rate', nextMs: clock.nowMs() + 45_000 })
  })
})

/** Two venues that lose everything in the same way, and who is told of it. */
async function twoVenues(end: SocketEnd) {
  const told: boolean[] = []
  const reachability = new Reachability((isOffline) => told.push(isOffline))
  const first = await aStartedCollector({ reachability })
  const second = await aStartedCollector({
    reachability,
    clock: first.clock,
    venue: toyVenue({ id: 'other' })
  })
  const rigs = [first, second]
  running.push(first.collector, second.collector)
  for (const { sockets } of rigs) for (const socket of sockets.all) letIn(socket)
  const refuseAll = (): void => {
    for (const { sockets } of rigs) for (const socket of sockets.unended) socket.end(end)
  }
  const reasons = (): ReadonlySet<string | null> =>
    new Set(rigs.flatMap(({ collector }) => collector.rows().map(({ reason }) => reason)))
  const pass = (seconds: number): void => {
    for (let second = 0; second < seconds; second += 1) {
      first.clock.advance(1_000)
      refuseAll()
    }
  }
  return { first, second, told, refuseAll, reasons, pass }
}

describe('createCollector, cut off with all others', () => {
  test('offline is told once for all venues and ends with the first that is reached', async () => {
    const end = { kind: 'error', code: 'ENOTFOUND', message: 'no such host' } as const
    const { first, told, refuseAll, reasons, pass } = await twoVenues(end)
    refuseAll()
    pass(120)
    expect(told).toEqual([true])
    expect(reasons()).toEqual(new Set(['offline']))
    expect(first.collector.totals().problems).toEqual(['offline: no venue can be reached'])
    const before = first.sockets.all.length
    first.clock.advance(5_000)
    expect(first.sockets.all.length).toBe(before + 1)
    letIn(first.sockets.last)
    expect(told).toEqual([true, false])
    expect(reasons().has('offline')).toBe(false)
  })

  test('a wrong certificate is knocked at once a minute by the whole venue, and is no offline', async () => {
    const end = { kind: 'error', code: 'CERT_HAS_EXPIRED', message: 'expired' } as const
    const instruments = someToys(60)
    const rig = await aStartedCollector({
      venue: toyVenue({
        discover: () => Promise.resolve({ instruments, complete: true, problems: [] })
      })
    })
    running.push(rig.collector)
    const refuseAll = (): void => {
      for (const socket of rig.sockets.unended) socket.end(end)
    }
    refuseAll()
    const before = rig.sockets.all.length
    for (let second = 0; second < 300; second += 1) {
      rig.clock.advance(1_000)
      refuseAll()
    }
    expect(rig.sockets.all.length - before).toBe(5)
    expect(rig.collector.totals().problems).toEqual([
      'Toy cannot be reached: CERT_HAS_EXPIRED: expired'
    ])
    expect(rig.collector.rows().every(({ reason }) => reason === 'breaker')).toBe(true)
  })

  test.each([401, 403, 418, 451])(
    'HTTP %i leaves a venue alone for five minutes, whatever its connections, and the others be',
    async (status) => {
      const { first, second } = await twoVenues({ kind: 'http', status, retryAfterMs: null })
      for (const socket of first.sockets.unended) socket.end({ kind: 'dropped', how: 'reset' })
      first.clock.advance(1_000)
      first.sockets.last.end({ kind: 'http', status, retryAfterMs: null })
      const before = first.sockets.all.length
      for (let each = 0; each < 298; each += 1) {
        first.clock.advance(1_000)
        for (const socket of second.sockets.unended) socket.pong()
        for (const symbol of ['T001-USD', 'T004-USD']) {
          for (const socket of second.sockets.unended) socket.say({ trade: symbol })
        }
      }
      expect(first.sockets.all.length).toBe(before)
      expect(second.sockets.all).toHaveLength(2)
      expect(second.collector.rows().every(({ state }) => state === 'live')).toBe(true)
    }
  )
})
