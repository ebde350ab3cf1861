import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RunClock } from '../../src/engine/run-clock.ts'
import { aTrade } from '../support/a-trade.ts'
import { FakeClock } from '../support/fake-clock.ts'

const hourMs = 3_600_000
const trueMs = 1_800_000_000_000

/** A run clock over a wall clock that is wrong by so much; `true` time goes on from `trueMs`. */
function aRunClock(errorMs = 0): {
  readonly run: RunClock
  readonly clock: FakeClock
  /** How far the run clock is from the true time, ms. */
  readonly wrongBy: () => number
} {
  const clock = new FakeClock(trueMs + errorMs)
  const run = new RunClock(clock)
  return { run, clock, wrongBy: () => run.nowMs() - (trueMs + clock.monotonicMs()) }
}

describe('RunClock', () => {
  test('is the wall clock while nothing speaks against it', () => {
    const { run, clock } = aRunClock()
    clock.advance(5_000)
    expect([run.nowMs(), run.skewMs, run.correctionMs]).toEqual([trueMs + 5_000, null, 0])
  })

  test.each([2 * hourMs, -2 * hourMs])(
    'takes out an error of %i ms that a venue shows',
    (errorMs) => {
      const { run, clock, wrongBy } = aRunClock(errorMs)
      expect(wrongBy()).toBe(errorMs)
      run.read('coinbase', trueMs, clock.wallMs())
      expect([wrongBy(), run.skewMs, run.correctionMs]).toEqual([0, errorMs, errorMs])
    }
  )

  test('leaves an error alone that a reading may come with, and shows it', () => {
    const { run, clock } = aRunClock(1_900)
    run.read('coinbase', trueMs, clock.wallMs())
    expect([run.nowMs(), run.skewMs, run.correctionMs]).toEqual([trueMs + 1_900, 1_900, 0])
  })

  test('shows a difference of more than a day and does not believe it', () => {
    const { run, clock } = aRunClock()
    run.read('toy', 0, clock.wallMs())
    expect([run.nowMs(), run.skewMs]).toEqual([trueMs, trueMs])
  })

  test('goes by the venue in the middle, and of two by the one nearer to the wall clock', () => {
    const { run, clock, wrongBy } = aRunClock(2 * hourMs)
    run.read('a', trueMs, clock.wallMs())
    run.read('b', trueMs - 9 * hourMs, clock.wallMs())
    expect(wrongBy()).toBe(0)
    run.read('c', trueMs + 300, clock.wallMs())
    expect(wrongBy()).toBeLessThan(1_000)
  })

  test('refuses a venue whose clock moved while ours ran on', () => {
    const { run, clock, wrongBy } = aRunClock()
    expect(run.read('a', trueMs, clock.wallMs())).toBe('taken')
    clock.advance(hourMs)
    expect(run.read('a', trueMs + 11 * hourMs, clock.wallMs())).toBe('refused')
    expect(wrongBy()).toBe(0)
  })

  test.each([11 * hourMs, 3 * 24 * hourMs])(
    'believes a venue again that was wrong by %i ms when first read and was set right',
    (errorMs) => {
      const { run, clock, wrongBy } = aRunClock()
      run.read('a', trueMs + errorMs, clock.wallMs())
      clock.advance(hourMs)
      expect(run.read('a', trueMs + hourMs, clock.wallMs())).toBe('taken')
      expect([wrongBy(), run.skewMs]).toEqual([0, 0])
    }
  )

  test('follows no step of the wall clock before something speaks for it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2 * hourMs, max: 2 * hourMs }), (stepMs) => {
        const { run, clock, wrongBy } = aRunClock()
        clock.stepWall(stepMs)
        expect(wrongBy()).toBe(Math.abs(stepMs) > 5_000 ? 0 : stepMs)
        expect(run.isDoubted).toBe(Math.abs(stepMs) > 5_000)
      })
    )
  })

  test.each([hourMs, -hourMs])(
    'ignores a step of %i ms once a venue’s clock denies it',
    (stepMs) => {
      const { run, clock, wrongBy } = aRunClock()
      clock.stepWall(stepMs)
      run.read('coinbase', trueMs, clock.wallMs())
      expect(run.look()).toEqual({ steppedMs: stepMs, settled: 'ignored' })
      expect([wrongBy(), run.isDoubted, run.skewMs]).toEqual([0, false, stepMs])
    }
  )

  test('follows a sleep that only the wall clock saw, as soon as a venue’s clock tells', () => {
    const { run, clock } = aRunClock()
    clock.stepWall(8 * hourMs)
    run.read('coinbase', trueMs + 8 * hourMs, clock.wallMs())
    expect(run.look().settled).toBe('followed')
    expect([run.nowMs(), run.correctionMs]).toEqual([trueMs + 8 * hourMs, 0])
  })

  test('follows a step at the first trade of that time', () => {
    const { run, clock } = aRunClock()
    clock.stepWall(8 * hourMs)
    expect(run.nowMs()).toBe(trueMs)
    run.hear(trueMs + 8 * hourMs - 40)
    expect([run.nowMs(), run.isDoubted]).toEqual([trueMs + 8 * hourMs, false])
  })

  test('counts trades as received at the time that they settle', () => {
    const { run, clock } = aRunClock()
    const trade = aTrade({ eventMs: trueMs + 8 * hourMs - 40 })
    expect(run.heard([trade], trueMs)).toBe(trueMs)
    clock.stepWall(8 * hourMs)
    const stampedMs = run.nowMs()
    expect(stampedMs).toBe(trueMs)
    expect(run.heard([{ ...trade, eventMs: 0 }], stampedMs)).toBe(trueMs)
    expect(run.heard([trade], stampedMs)).toBe(trueMs + 8 * hourMs)
  })

  test('believes trades that deny a step only once they cannot have lain in a buffer', () => {
    const { run, clock, wrongBy } = aRunClock()
    clock.stepWall(hourMs)
    run.hear(trueMs)
    expect(run.isDoubted).toBe(true)
    clock.advance(5_000)
    run.hear(trueMs + 4_900)
    expect([wrongBy(), run.isDoubted]).toEqual([0, false])
  })

  test.each([0, Date.UTC(2100, 0), trueMs + 30 * 60_000])(
    'takes no trade of a broken time (%i) for evidence',
    (eventMs) => {
      const { run, clock } = aRunClock()
      clock.stepWall(hourMs)
      clock.advance(6_000)
      run.hear(eventMs)
      expect(run.isDoubted).toBe(true)
    }
  )

  test.each([hourMs, -hourMs])('follows a step of %i ms after 15 s without a word', (stepMs) => {
    const { run, clock, wrongBy } = aRunClock()
    clock.stepWall(stepMs)
    run.look()
    clock.advance(14_999)
    expect(run.look().settled).toBeNull()
    clock.advance(1)
    expect(run.look().settled).toBe('followed')
    expect(wrongBy()).toBe(stepMs)
  })

  test('forgets a step that is taken back', () => {
    const { run, clock, wrongBy } = aRunClock()
    clock.stepWall(hourMs)
    run.look()
    clock.stepWall(-hourMs)
    expect(run.look()).toEqual({ steppedMs: -hourMs, settled: 'ignored' })
    expect([wrongBy(), run.isDoubted]).toEqual([0, false])
  })

  test('stays right when a wrong clock that was corrected is set right', () => {
    const { run, clock, wrongBy } = aRunClock(hourMs)
    run.read('coinbase', trueMs, clock.wallMs())
    clock.stepWall(-hourMs)
    expect(wrongBy()).toBe(0)
    run.read('coinbase', trueMs, clock.wallMs())
    expect([wrongBy(), run.correctionMs]).toEqual([0, 0])
  })
})
