import { expect, test } from 'vitest'
import { LoopDelay } from '../../../src/engine/health/loop-delay.ts'

test('tells nothing before its timer came', () => {
  expect(new LoopDelay(40, 1_000).read()).toBeNull()
})

test('tells how late the timer came, counting anew from each time', () => {
  const delay = new LoopDelay(40, 1_000)
  for (const nowMs of [1_040, 1_081, 1_421, 1_461]) delay.came(nowMs)
  expect(delay.read()).toBe(300)
})

test('tells of each stretch by itself', () => {
  const delay = new LoopDelay(40, 1_000)
  delay.came(1_340)
  delay.read()
  delay.came(1_380)
  expect(delay.read()).toBe(0)
})

test('leaves the slowest hundredth out', () => {
  const delay = new LoopDelay(40, 0)
  let nowMs = 0
  for (let time = 1; time <= 200; time += 1) delay.came((nowMs += time === 100 ? 540 : 42))
  expect(delay.read()).toBe(2)
})
