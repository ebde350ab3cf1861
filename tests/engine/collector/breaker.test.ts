import { describe, expect, test } from 'vitest'
import { Breaker } from '../../../src/engine/collector/breaker.ts'
import { judgeEnd } from '../../../src/engine/collector/close-cause.ts'
import type { SocketEnd } from '../../../src/engine/collector/socket.ts'

const reset: SocketEnd = { kind: 'dropped', how: 'reset' }
const unfound: SocketEnd = { kind: 'error', code: 'ENOTFOUND', message: '' }
const refused: SocketEnd = { kind: 'error', code: 'ECONNREFUSED', message: '' }

function aBreaker(connections = 67, leastProbeMs = 0) {
  const breaker = new Breaker(() => connections, leastProbeMs)
  return {
    breaker,
    lose: (connection: string, atMs: number) =>
      breaker.failed({ connection, cause: judgeEnd(reset), wasOpen: true }, atMs),
    miss: (connection: string, atMs: number, end: SocketEnd = refused) =>
      breaker.failed({ connection, cause: judgeEnd(end), wasOpen: false }, atMs)
  }
}

describe('Breaker', () => {
  test('opens when three connections are lost within five seconds, and has one probe go at once', () => {
    const { breaker, lose } = aBreaker()
    lose('a', 0)
    lose('b', 2_000)
    expect(breaker.outage).toBeNull()
    lose('c', 4_999)
    expect(breaker.outage).toMatchObject({ reason: 'breaker', isDown: true, probeMs: 4_999 })
  })

  test('stays closed when they are lost one after the other, or one is lost again and again', () => {
    const { breaker, lose } = aBreaker()
    for (let at = 0; at < 10; at += 1) lose(`c${at}`, at * 2_600)
    for (let at = 0; at < 10; at += 1) lose('d', 60_000 + at * 100)
    expect(breaker.outage).toBeNull()
  })

  test('with one connection it opens at the second failure in a row, but not at a single reset', () => {
    const { breaker, lose, miss } = aBreaker(1)
    lose('a', 0)
    expect(breaker.outage).toBeNull()
    miss('a', 20_000)
    expect(breaker.outage).toMatchObject({ reason: 'breaker', probeMs: 21_000 })
  })

  test('flapping of one connection opens nothing: each opening begins the count anew', () => {
    const { breaker, lose } = aBreaker(1)
    for (let at = 0; at < 20; at += 1) {
      breaker.opened('a')
      lose('a', at * 1_000)
    }
    expect(breaker.outage).toBeNull()
  })

  test('probes 1, 2, 4 and then every 5 s apart, from start to start', () => {
    const { breaker, miss } = aBreaker(1)
    miss('a', 0)
    miss('a', 0)
    const startsMs: number[] = []
    for (let probe = 0; probe < 6; probe += 1) {
      const atMs = breaker.outage?.probeMs ?? NaN
      startsMs.push(atMs)
      breaker.probing(atMs)
      miss('a', atMs + 500)
    }
    expect(startsMs).toEqual([1_000, 2_000, 4_000, 8_000, 13_000, 18_000])
  })

  test('a probe that takes longer than its turn is followed by the next at once', () => {
    const { breaker, miss } = aBreaker(1)
    miss('a', 0)
    miss('a', 0)
    breaker.probing(1_000)
    miss('a', 11_000)
    expect(breaker.outage?.probeMs).toBe(11_000)
  })

  test('probes leave half of a small budget to the return', () => {
    const { breaker, miss } = aBreaker(1, 20_000)
    miss('a', 0)
    miss('a', 0)
    expect(breaker.outage?.probeMs).toBe(20_000)
  })

  test('links lost with the network, whose name is not found from then on, are off the net', () => {
    const { breaker, lose, miss } = aBreaker(2)
    lose('a', 0)
    lose('b', 100)
    expect(breaker.outage).toMatchObject({ isDown: true, isOffNet: false })
    miss('a', 200, unfound)
    lose('c', 250)
    expect(breaker.outage).toMatchObject({ isDown: true, isOffNet: true })
    miss('b', 1_200)
    miss('a', 2_200, unfound)
    expect(breaker.outage).toMatchObject({ isDown: true, isOffNet: false })
  })

  test('what an outage before met says nothing of the one now', () => {
    const { breaker, lose, miss } = aBreaker(1)
    miss('a', 0)
    miss('a', 1_000)
    breaker.opened('a')
    lose('a', 2_000)
    miss('a', 3_000, unfound)
    expect(breaker.outage).toMatchObject({ isOffNet: true })
  })

  test('what concerns the whole venue opens it at once, for a minute', () => {
    const { breaker, miss } = aBreaker()
    miss('a', 0, { kind: 'error', code: 'CERT_HAS_EXPIRED', message: 'expired' })
    expect(breaker.outage).toMatchObject({ reason: 'breaker', probeMs: 60_000 })
    expect(breaker.outage?.text).toContain('expired')
  })

  test('maintenance is probed once a minute, and announced it begins with the first loss', () => {
    const told = aBreaker()
    told.lose('z', 0)
    told.miss('a', 0, { kind: 'http', status: 503, retryAfterMs: null, body: 'maintenance' })
    expect(told.breaker.outage).toMatchObject({ reason: 'maintenance', probeMs: 60_000 })
    const announced = aBreaker()
    announced.breaker.announced(0)
    announced.lose('a', 300_000)
    expect(announced.breaker.outage).toMatchObject({ reason: 'maintenance', probeMs: 360_000 })
    announced.breaker.opened('a')
    announced.lose('a', 400_000)
    expect(announced.breaker.outage).toBeNull()
  })

  test('what the venue itself asked for is kept where it is longer', () => {
    const { breaker, miss } = aBreaker()
    const end = { kind: 'http', status: 503, retryAfterMs: 90_000, body: 'maintenance' } as const
    miss('a', 0, end)
    expect(breaker.outage?.probeMs).toBe(90_000)
    breaker.hold({ reason: 'rate', untilMs: 120_000, text: 'asked too much' }, 1_000)
    expect(breaker.outage).toMatchObject({
      reason: 'maintenance',
      text: 'upgrade answered with HTTP 503',
      probeMs: 120_000
    })
  })

  test('a broken rule of one connection is no outage', () => {
    const { breaker } = aBreaker()
    const cause = judgeEnd({ kind: 'closed', code: 1008, reason: '' })
    for (const connection of ['a', 'b', 'c', 'd']) {
      breaker.failed({ connection, cause, wasOpen: true }, 0)
    }
    expect(breaker.outage).toBeNull()
  })

  test('a pause that is over and held nobody back leaves nothing behind', () => {
    const { breaker, lose } = aBreaker()
    breaker.hold({ reason: 'rate', untilMs: 5_000, text: 'slow' }, 0)
    breaker.settle(4_999)
    expect(breaker.outage?.reason).toBe('rate')
    lose('a', 4_999)
    breaker.settle(5_000)
    expect(breaker.outage).not.toBeNull()
    breaker.opened('a')
    breaker.hold({ reason: 'rate', untilMs: 8_000, text: 'slow' }, 6_000)
    breaker.settle(8_000)
    expect(breaker.outage).toBeNull()
  })
})
