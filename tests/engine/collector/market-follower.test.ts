import { describe, expect, test } from 'vitest'
import { judgeMarket } from '../../../src/engine/collector/market-hours.ts'
import type { MarketHours } from '../../../src/engine/collector/market-hours.ts'
import { MarketFollower } from '../../../src/engine/collector/market-follower.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { aToy } from '../../support/toy-venue.ts'

const openMs = 1_800_000_000_000
const closeMs = openMs + 3_600_000
const nextOpenMs = closeMs + 64_800_000
const share = aToy('QLD', { calendar: 'XNYS' })

const hours: MarketHours = (...[, nowMs]) => {
  if (nowMs < openMs) return { isOpen: false, closedMs: null, nextOpenMs: openMs }
  if (nowMs < closeMs) return { isOpen: true, openedMs: openMs }
  return { isOpen: false, closedMs: closeMs, nextOpenMs }
}

/** A follower looking at a moment, and a second look after a while of the monotonic clock alone. */
function followerAt(nowMs: number): {
  readonly follower: MarketFollower
  readonly clock: FakeClock
} {
  const clock = new FakeClock(nowMs)
  return { follower: new MarketFollower(hours, clock), clock }
}

describe('judgeMarket', () => {
  test.each([
    [openMs - 60_001, { kind: 'closed', closedMs: null, connectMs: openMs - 60_000 }],
    [openMs - 60_000, { kind: 'open', openedMs: null }],
    [openMs, { kind: 'open', openedMs: openMs }],
    [closeMs, { kind: 'closed', closedMs: closeMs, connectMs: nextOpenMs - 60_000 }]
  ])('at %i says %j', (nowMs, gate) => {
    expect(judgeMarket([share], hours, nowMs)).toEqual(gate)
  })

  test('is open while one of several markets is, and all day for an instrument without a calendar', () => {
    expect(judgeMarket([share, aToy('BTC-USD')], hours, closeMs)).toEqual({
      kind: 'open',
      openedMs: null
    })
  })

  test('counts from the last close and to the first open of several', () => {
    const late = aToy('LATE', { calendar: 'XNYS' })
    const staggered: MarketHours = ({ symbol }) => ({
      isOpen: false,
      closedMs: symbol === 'LATE' ? 2_000 : 1_000,
      nextOpenMs: symbol === 'LATE' ? 900_000 : 800_000
    })
    expect(judgeMarket([share, late], staggered, 3_000)).toEqual({
      kind: 'closed',
      closedMs: 2_000,
      connectMs: 740_000
    })
  })
})

describe('MarketFollower', () => {
  test('is over 5 minutes after the close, whenever it began to look', () => {
    const { follower, clock } = followerAt(closeMs + 180_000)
    expect(follower.isOver(follower.gate([share]))).toBe(false)
    clock.advance(119_000)
    expect(follower.isOver(follower.gate([share]))).toBe(false)
    clock.advance(1_000)
    expect(follower.isOver(follower.gate([share]))).toBe(true)
  })

  test('is over after 5 minutes of looking where the run clock stands still', () => {
    const { follower, clock } = followerAt(closeMs)
    follower.isOver(follower.gate([share]))
    clock.advance(299_000)
    clock.stepWall(-299_000)
    expect(follower.isOver(follower.gate([share]))).toBe(false)
    clock.advance(1_000)
    clock.stepWall(-1_000)
    expect(follower.isOver(follower.gate([share]))).toBe(true)
  })

  test('tells when the market opened, and nothing while it is closed or about to open', () => {
    const { follower, clock } = followerAt(openMs - 60_000)
    expect(follower.openedMs([share])).toBeNull()
    clock.advance(90_000)
    expect(follower.openedMs([share])).toBe(openMs)
    clock.advance(3_600_000)
    expect(follower.openedMs([share])).toBeNull()
  })

  test('is in session neither before the open nor while late trades are awaited', () => {
    const { follower, clock } = followerAt(openMs - 60_000)
    const seen = [0, 60_000, 3_599_000, 1_000].map((ms) => {
      clock.advance(ms)
      return follower.isInSession([share])
    })
    expect(seen).toEqual([false, true, true, false])
    expect(follower.isInSession([share, aToy('BTC-USD')])).toBe(true)
  })

  test.each([
    { when: 'nothing came', lastDataMs: null, isLate: true },
    { when: 'data came before the open only', lastDataMs: openMs - 1, isLate: true },
    { when: 'data came with the open', lastDataMs: openMs, isLate: false }
  ])('says of an open 30 s ago, when $when: $isLate, and once', ({ lastDataMs, isLate }) => {
    const { follower, clock } = followerAt(openMs + 29_000)
    const look = () => follower.takeLateOpen(follower.gate([share]), lastDataMs)
    expect(look()).toBe(false)
    clock.advance(1_000)
    expect([look(), look()]).toEqual([isLate, false])
  })

  test('does not hold an open against those who came long after it', () => {
    const { follower } = followerAt(openMs + 60_000)
    expect(follower.takeLateOpen(follower.gate([share]), null)).toBe(false)
  })
})
