import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/market/random.ts'
import { GrowthWatch, type Growth } from '../../../src/engine/health/growth-watch.ts'
import { simulatedHeap } from '../../support/simulated-heap.ts'

const bytesPerMb = 1_048_576
const minuteMs = 60_000
const seeds = [1, 2, 3, 4, 5]

type Told = Growth & { readonly atMs: number }

/** All that is told of a simulated heap, judged after each full collection. */
function toldOf(options: Omit<Parameters<typeof simulatedHeap>[0], 'random'> & { seed: number }) {
  const watch = new GrowthWatch(0)
  const told: Told[] = []
  for (const moment of simulatedHeap({ ...options, random: seededRandom(options.seed) })) {
    const { atMs, floorBytes, residentBytes } = moment
    watch.floor({ atMs, bytes: floorBytes })
    watch.resident({ atMs, bytes: residentBytes })
    const growth = watch.judge(atMs)
    if (growth !== null) told.push({ ...growth, atMs })
  }
  return told
}

describe('GrowthWatch', () => {
  test.each(seeds)('tells nothing of 24 hours without a leak, seed %i', (seed) => {
    expect(toldOf({ seed, forMs: 24 * 60 * minuteMs, leakMbPerMinute: 0 })).toEqual([])
  })

  test.each(seeds)('tells nothing of 24 hours with a floor every two minutes, seed %i', (seed) => {
    const forMs = 24 * 60 * minuteMs
    expect(toldOf({ seed, forMs, leakMbPerMinute: 0, everyMs: 80_000 })).toEqual([])
  })

  test.each(seeds)(
    'tells a leak of 2 MB a minute from the start within 10 minutes, seed %i',
    (seed) => {
      const [first] = toldOf({ seed, forMs: 15 * minuteMs, leakMbPerMinute: 2 })
      expect(first).toMatchObject({ of: 'heap', pace: 'slow' })
      expect(first?.atMs).toBeLessThanOrEqual(10 * minuteMs)
    }
  )

  test.each(seeds)(
    'tells a leak of 2 MB a minute that begins late within 10 minutes, seed %i',
    (seed) => {
      const leakFromMs = 37 * minuteMs
      const told = toldOf({ seed, forMs: 50 * minuteMs, leakMbPerMinute: 2, leakFromMs })
      expect(told[0]?.atMs).toBeGreaterThan(leakFromMs)
      expect(told[0]?.atMs).toBeLessThanOrEqual(leakFromMs + 10 * minuteMs)
    }
  )

  test.each(seeds)('tells a leak of 200 MB a minute within 30 s, seed %i', (seed) => {
    const leakFromMs = 10 * minuteMs
    const forMs = 12 * minuteMs
    const told = toldOf({ seed, forMs, leakMbPerMinute: 200, leakFromMs, everyMs: 5_000 })
    expect(told[0]).toMatchObject({ of: 'heap', pace: 'fast' })
    expect(told[0]?.atMs).toBeLessThanOrEqual(leakFromMs + 30_000)
  })

  test('tells a leak outside the heap within 30 s', () => {
    const watch = new GrowthWatch(0)
    const told: number[] = []
    for (let atMs = 0; atMs < 120_000; atMs += 5_000) {
      const leakedMb = Math.max(0, atMs - 60_000) / 300
      watch.resident({ atMs, bytes: (170 + leakedMb) * bytesPerMb })
      if (watch.judge(atMs)?.of === 'process') told.push(atMs)
    }
    expect(told[0]).toBeLessThanOrEqual(90_000)
  })

  test('tells a process that grows by 200 MB an hour while its heap does not', () => {
    const watch = new GrowthWatch(0)
    const random = seededRandom(9)
    const told: Told[] = []
    for (let atMs = 0; atMs < 90 * minuteMs; atMs += 5_000) {
      const residentMb = 170 + (200 * atMs) / (60 * minuteMs) + 5 * random()
      watch.floor({ atMs, bytes: 28 * bytesPerMb })
      watch.resident({ atMs, bytes: residentMb * bytesPerMb })
      const growth = watch.judge(atMs)
      if (growth !== null) told.push({ ...growth, atMs })
    }
    expect(told[0]).toMatchObject({ of: 'process', pace: 'slow' })
  })

  test('takes a market that doubles within minutes for what it is', () => {
    const watch = new GrowthWatch(0)
    const random = seededRandom(4)
    for (let atMs = 0; atMs < 60 * minuteMs; atMs += 12_000) {
      const burstMb = 12 * Math.min(1, Math.max(0, (atMs - 20 * minuteMs) / (2 * minuteMs)))
      watch.floor({ atMs, bytes: (28 + burstMb + random()) * bytesPerMb })
      expect(watch.judge(atMs)).toBeNull()
    }
  })

  test('forgets a growth that ended', () => {
    const watch = new GrowthWatch(0)
    let isTold = false
    for (let atMs = 0; atMs < 40 * minuteMs; atMs += 10_000) {
      const leakedMb = 2 * Math.min(atMs / minuteMs, 12)
      watch.floor({ atMs, bytes: (28 + leakedMb) * bytesPerMb })
      isTold ||= watch.judge(atMs) !== null
    }
    expect(isTold).toBe(true)
    expect(watch.judge(40 * minuteMs)).toBeNull()
    expect(watch.floorTrend(40 * minuteMs)?.perMinute).toBe(0)
  })
})
