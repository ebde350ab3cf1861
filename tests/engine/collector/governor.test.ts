import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeEnd } from '../../../src/engine/collector/close-cause.ts'
import { Governor } from '../../../src/engine/collector/governor.ts'
import type { ConnectTicket } from '../../../src/engine/collector/connect-queue.ts'
import { ConnectionRig } from '../../support/connection-rig.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const rest = { burst: 2, perSecond: 1 }

function aGovernor(connects: { burst: number; perSecond: number; per5Minutes: number | null }): {
  readonly clock: FakeClock
  readonly governor: Governor
  readonly admittedMs: number[]
  readonly tickets: ConnectTicket[]
  readonly ask: (count: number) => void
} {
  const clock = new FakeClock()
  const governor = new Governor({ connects, rest }, clock)
  const admittedMs: number[] = []
  const tickets: ConnectTicket[] = []
  return {
    clock,
    governor,
    admittedMs,
    tickets,
    ask(count) {
      for (let each = 0; each < count; each += 1) {
        governor.admit({
          connection: `toy-${each}`,
          rank: 0,
          admitted: (ticket) => {
            admittedMs.push(clock.monotonicMs())
            tickets.push(ticket)
          }
        })
      }
    }
  }
}

describe('Governor', () => {
  test('lets a burst through at once and the rest at the rate', () => {
    const { ask, admittedMs, clock } = aGovernor({ burst: 3, perSecond: 2, per5Minutes: null })
    ask(6)
    clock.advance(10_000)
    expect(admittedMs).toEqual([0, 0, 0, 500, 1000, 1500])
  })

  test('never passes the budget of any window, whatever is asked when', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 5, max: 40 }),
        fc.array(fc.tuple(fc.nat(20), fc.nat(60_000)), { minLength: 1, maxLength: 20 }),
        (burst, perSecond, per5Minutes, asks) => {
          const { ask, admittedMs, clock } = aGovernor({ burst, perSecond, per5Minutes })
          for (const [count, waitMs] of asks) {
            ask(count)
            clock.advance(waitMs)
          }
          for (const fromMs of admittedMs) {
            const within = (ms: number): number =>
              admittedMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + ms).length
            expect(within(1_000)).toBeLessThanOrEqual(burst + perSecond)
            expect(within(300_000)).toBeLessThanOrEqual(per5Minutes)
          }
        }
      ),
      { numRuns: 50 }
    )
  })

  test('admits all in the end, in the order they asked', () => {
    const { ask, admittedMs, clock } = aGovernor({ burst: 2, perSecond: 1, per5Minutes: 5 })
    ask(12)
    clock.advance(900_000)
    expect(admittedMs).toHaveLength(12)
    expect(admittedMs).toEqual([...admittedMs].sort((a, b) => a - b))
  })

  test('after a pause one canary goes first and the others follow once it opened', () => {
    const { ask, clock, governor, tickets } = aGovernor({
      burst: 5,
      perSecond: 5,
      per5Minutes: null
    })
    governor.pause(null)
    ask(4)
    clock.advance(29_999)
    expect(tickets).toHaveLength(0)
    clock.advance(1)
    expect(tickets).toHaveLength(1)
    clock.advance(60_000)
    expect(tickets).toHaveLength(1)
    tickets[0]?.opened()
    clock.advance(1_000)
    expect(tickets).toHaveLength(4)
  })

  test('a canary that fails is followed by another one 1 s later, and one at a time', () => {
    const { ask, clock, governor, tickets } = aGovernor({
      burst: 5,
      perSecond: 5,
      per5Minutes: null
    })
    governor.pause(1_000)
    ask(3)
    clock.advance(1_000)
    tickets[0]?.ended(judgeEnd({ kind: 'dropped', how: 'reset' }))
    clock.advance(999)
    expect(tickets).toHaveLength(1)
    clock.advance(1)
    expect(tickets).toHaveLength(2)
    clock.advance(10_000)
    expect(tickets).toHaveLength(2)
  })

  test('pauses in a row double from 30 s, to 10 min at most', () => {
    const { clock, governor } = aGovernor({ burst: 5, perSecond: 5, per5Minutes: null })
    const pauses = [1, 2, 3, 4, 5, 6].map(() => {
      const pauseMs = governor.pause(null)
      clock.advance(pauseMs)
      return pauseMs
    })
    expect(pauses).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000])
  })

  test('a cancelled admission leaves no timer', () => {
    const { clock, governor } = aGovernor({ burst: 1, perSecond: 1, per5Minutes: null })
    const asker = { connection: 'toy-01', rank: 0, admitted: () => undefined }
    governor.admit(asker)
    const admission = governor.admit({ ...asker })
    expect(clock.pending).toBe(1)
    admission.cancel()
    expect(clock.pending).toBe(0)
  })

  test('REST has a budget of its own and shares the pause', () => {
    const { clock, governor } = aGovernor({ burst: 5, perSecond: 5, per5Minutes: null })
    expect([governor.takeRest(), governor.takeRest(), governor.takeRest()]).toEqual([0, 0, 1000])
    governor.pause(5_000)
    clock.advance(4_000)
    expect(governor.takeRest()).toBe(1_000)
    clock.advance(1_000)
    expect(governor.takeRest()).toBe(0)
  })
})

describe('Governor, low lane', () => {
  test('leaves half of the burst to live requests', () => {
    const { clock, governor } = aGovernor({ burst: 5, perSecond: 5, per5Minutes: null })
    expect([governor.takeRest('low'), governor.takeRest('low')]).toEqual([0, 1_000])
    expect(governor.takeRest()).toBe(0)
    clock.advance(1_000)
    expect(governor.takeRest('low')).toBe(1_000)
    clock.advance(1_000)
    expect(governor.takeRest('low')).toBe(0)
  })

  test('waits while a live request waits, whatever the budget holds', () => {
    const { clock, governor } = aGovernor({ burst: 5, perSecond: 5, per5Minutes: null })
    const served = governor.waitLive()
    expect(governor.takeRest('low')).toBeGreaterThan(0)
    clock.advance(60_000)
    expect(governor.takeRest('low')).toBeGreaterThan(0)
    served()
    expect(governor.takeRest('low')).toBe(0)
  })

  test('waits out a pause', () => {
    const { clock, governor } = aGovernor({ burst: 5, perSecond: 5, per5Minutes: null })
    governor.pause(5_000)
    expect(governor.takeRest('low')).toBe(5_000)
    clock.advance(5_000)
    expect(governor.takeRest('low')).toBe(0)
  })

  test('is served where the burst is one, when nobody else wants it', () => {
    const clock = new FakeClock()
    const connects = { burst: 1, perSecond: 1, per5Minutes: null }
    const governor = new Governor({ connects, rest: { burst: 1, perSecond: 1 } }, clock)
    expect(governor.takeRest('low')).toBe(0)
    expect(governor.takeRest('low')).toBe(1_000)
  })
})

describe('Connection under the governor', () => {
  test('obeys Retry-After of a refused upgrade', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.socket.end({ kind: 'http', status: 429, retryAfterMs: 45_000 })
    expect(rig.state).toBe('waiting(rate)')
    expect(rig.connection.row(0)).toMatchObject({
      nextAttemptMs: rig.clock.nowMs() + 45_000,
      lastClose: { code: 429 }
    })
    rig.pass(44_000)
    expect(rig.sockets.all).toHaveLength(1)
    rig.pass(1_000)
    expect(rig.sockets.all).toHaveLength(2)
  })

  test('waits 30 s and then twice as long for a 429 that names no time', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.socket.end({ kind: 'http', status: 429, retryAfterMs: null })
    rig.pass(29_000)
    expect(rig.sockets.all).toHaveLength(1)
    rig.pass(1_000)
    expect(rig.sockets.all).toHaveLength(2)
    rig.socket.end({ kind: 'http', status: 429, retryAfterMs: null })
    rig.pass(59_000)
    expect(rig.sockets.all).toHaveLength(2)
    rig.pass(1_000)
    expect(rig.sockets.all).toHaveLength(3)
  })

  test.each([401, 403, 418, 451])(
    'HTTP %i fails it: at most one attempt in five minutes',
    (status) => {
      const rig = new ConnectionRig()
      rig.connection.start()
      rig.socket.end({ kind: 'http', status, retryAfterMs: null })
      expect(rig.state).toBe('failed')
      rig.connection.retry()
      rig.pass(299_000)
      expect(rig.sockets.all).toHaveLength(1)
    }
  )

  test('a failed connection is looked at again after ten minutes', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.socket.end({ kind: 'http', status: 403, retryAfterMs: null })
    rig.pass(599_000)
    expect(rig.state).toBe('failed')
    rig.pass(1_000)
    rig.comeUp()
    expect(rig.state).toBe('live')
  })

  test('announced maintenance is waited out: probed once a minute, and at once no more when it is over', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.comeUp()
    rig.socket.say({ notice: 'maintenance' })
    expect(rig.state).toBe('live')
    rig.socket.end({ kind: 'closed', code: 1001, reason: '' })
    expect(rig.state).toBe('waiting(maintenance)')
    for (let minute = 1; minute <= 3; minute += 1) {
      expect(rig.connection.row(0).nextAttemptMs).toBe(rig.clock.nowMs() + 60_000)
      rig.pass(59_000)
      expect(rig.sockets.all).toHaveLength(minute)
      rig.pass(1_000)
      expect(rig.sockets.all).toHaveLength(minute + 1)
      if (minute < 3) rig.socket.end({ kind: 'http', status: 503, retryAfterMs: null })
    }
    rig.comeUp()
    rig.socket.end({ kind: 'closed', code: 1001, reason: '' })
    expect(rig.state).toBe('waiting(backoff)')
  })

  test('a person may have the venue probed at once, but not against its wish', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.socket.end({ kind: 'error', code: 'CERT_HAS_EXPIRED', message: '' })
    expect(rig.state).toBe('waiting(breaker)')
    expect(rig.connection.retry()).toBe(true)
    expect(rig.state).toBe('connecting')
    rig.socket.end({ kind: 'http', status: 429, retryAfterMs: 40_000 })
    expect(rig.connection.retry()).toBe(true)
    rig.pass(39_000)
    expect(rig.sockets.all).toHaveLength(2)
  })
})
