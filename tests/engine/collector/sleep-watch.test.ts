import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/collector/clock.ts'
import { SleepWatch } from '../../../src/engine/collector/sleep-watch.ts'

/** Looks once at clocks that moved by so much since the watch began. */
function lookAfter(moved: { readonly monotonicMs: number; readonly wallMs: number }): string {
  const now = { monotonicMs: 50, wallMs: 1_000_000 }
  const clock = { monotonicMs: () => now.monotonicMs, wallMs: () => now.wallMs }
  const watch = new SleepWatch(clock, 1_000)
  now.monotonicMs += moved.monotonicMs
  now.wallMs += moved.wallMs
  const sleep = watch.look()
  expect(watch.look()).toBe('awake')
  return sleep
}

describe('SleepWatch', () => {
  test.each([
    ['awake', { monotonicMs: 1_000, wallMs: 1_000 }],
    ['awake', { monotonicMs: 5_900, wallMs: 5_900 }],
    ['slept', { monotonicMs: 6_100, wallMs: 6_100 }],
    ['slept', { monotonicMs: 60_000, wallMs: -3_600_000 }],
    ['awake', { monotonicMs: 1_000, wallMs: 5_900 }],
    ['jumped', { monotonicMs: 1_000, wallMs: 6_100 }],
    ['awake', { monotonicMs: 1_000, wallMs: -3_600_000 }]
  ])('says %s after %j', (sleep, moved) => {
    expect(lookAfter(moved)).toBe(sleep)
  })
})

describe('systemClock', () => {
  test('tells the wall clock whatever the run follows', () => {
    const clock = systemClock(() => 5)
    expect(clock.nowMs()).toBe(5)
    expect(Math.abs(clock.wallMs() - Date.now())).toBeLessThan(60_000)
  })
})
