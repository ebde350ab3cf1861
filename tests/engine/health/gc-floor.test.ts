import { describe, expect, onTestFinished, test } from 'vitest'
import { GcFloor } from '../../../src/engine/health/gc-floor.ts'
import type { Reading } from '../../../src/engine/health/growth-trend.ts'
import { until } from '../../support/until.ts'

const mb = 1_048_576

/** What full collections left, one after the other. */
function aFloor() {
  const told: Reading[] = []
  const floor = new GcFloor((reading) => void told.push(reading))
  onTestFinished(() => floor.close())
  const collected = async (): Promise<number> => {
    const before = told.length
    floor.collect()
    await until(() => told.length > before, 'a floor is told')
    return told.at(-1)?.bytes ?? NaN
  }
  return { floor, told, collected }
}

describe('GcFloor', () => {
  test('rises by what is kept in the heap and in buffers, not by what is let go', async () => {
    const { collected } = aFloor()
    const before = await collected()
    const kept: unknown[] = []
    for (let at = 0; at < 20; at += 1) {
      kept.push(
        Array.from({ length: mb / 8 }, () => at + 0.5),
        Buffer.alloc(mb)
      )
      Array.from({ length: mb / 8 }, () => at + 0.5)
    }
    const risen = (await collected()) - before
    expect(kept).toHaveLength(40)
    expect(risen / mb).toBeGreaterThan(36)
    expect(risen / mb).toBeLessThan(48)
    kept.length = 0
    // Buffers are given back after the collection that finds them unused.
    await collected()
    expect(((await collected()) - before) / mb).toBeLessThan(4)
  })

  test('is not above what is in use, and within what the heap may grow to', async () => {
    const { floor, collected } = aFloor()
    expect(await collected()).toBeGreaterThan(mb)
    expect(floor.usedBytes()).toBeLessThan(floor.limitBytes())
  })

  test('is silent once closed', async () => {
    const { floor, told, collected } = aFloor()
    await collected()
    floor.close()
    const before = told.length
    floor.collect()
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toHaveLength(before)
  })
})
