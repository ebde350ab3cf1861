import { describe, expect, test } from 'vitest'
import type { Reading } from '../../../src/engine/health/growth-trend.ts'
import { MemoryContract } from '../../../src/engine/health/memory-contract.ts'
import { MemoryHealth } from '../../../src/engine/health/memory-health.ts'
import { SwapWatch } from '../../../src/engine/health/swap-watch.ts'

const mb = 1_048_576

/** An engine's memory by hand: garbage is what `used` has above `kept`. */
class MemoryRig {
  keptMb = 30
  usedMb = 30
  residentMb = 170
  swappedMb = 0
  shed = 0
  collections = 0
  readonly exceeded: number[] = []
  readonly contract = new MemoryContract()
  readonly memory: MemoryHealth
  nowMs = 0
  #onFloor: (floor: Reading) => void = () => undefined

  constructor(of: { readonly isBlind?: boolean } = {}) {
    this.memory = new MemoryHealth({
      ...of,
      contract: this.contract,
      swap: new SwapWatch(() => Promise.resolve({ swappedBytes: this.swappedMb * mb, pages: 0 })),
      heap: (onFloor) => {
        this.#onFloor = onFloor
        return {
          usedBytes: () => this.usedMb * mb,
          limitBytes: () => 768 * mb,
          collect: () => {
            this.collections += 1
            this.collect()
          },
          close: () => undefined
        }
      },
      residentBytes: () => this.residentMb * mb,
      shed: () => {
        this.shed += 1
      },
      exceeded: (residentMb) => void this.exceeded.push(residentMb),
      startedMs: 0
    })
  }

  collect(): void {
    this.usedMb = this.keptMb
    this.#onFloor({ atMs: this.nowMs, bytes: this.keptMb * mb })
  }

  /** Lets seconds pass, each with so much garbage and so much kept for good. */
  pass(
    seconds: number,
    each: { readonly garbageMb?: number; readonly keptMb?: number } = {}
  ): void {
    const { garbageMb = 0, keptMb = 0 } = each
    for (let second = 0; second < seconds; second += 1) {
      this.nowMs += 1_000
      this.keptMb += keptMb
      this.usedMb += keptMb + garbageMb
      this.memory.look(this.nowMs)
    }
  }

  /** Keeps 200 MB a minute; V8 collects every 8 s then. */
  leakFast(seconds: number): void {
    for (let second = 1; second <= seconds; second += 1) {
      this.pass(1, { keptMb: 200 / 60 })
      if (second % 8 === 0) this.collect()
    }
  }

  get codes(): readonly string[] {
    return this.memory.troubles().map(({ code }) => code)
  }
}

describe('MemoryHealth', () => {
  test('finds nothing wrong with an hour of garbage, and collects rarely itself', () => {
    const rig = new MemoryRig()
    for (let minute = 0; minute < 60; minute += 1) rig.pass(60, { garbageMb: 0.2 })
    expect(rig.codes).toEqual([])
    expect(rig.collections).toBeLessThanOrEqual(60)
    expect(rig.memory.figures()).toMatchObject({
      heapFloorMb: 30,
      growthMbPerMinute: { value: 0, low: 0, high: 0 }
    })
  })

  test('leaves a quiet heap alone', () => {
    const rig = new MemoryRig()
    rig.pass(3_600)
    expect(rig.collections).toBe(0)
    expect(rig.memory.figures()).toMatchObject({
      heapFloorMb: null,
      growthMbPerMinute: null
    })
  })

  test('tells a leak of 200 MB a minute within 30 s', () => {
    const rig = new MemoryRig()
    rig.pass(60, { garbageMb: 0.2 })
    rig.leakFast(30)
    expect(rig.memory.troubles()).toMatchObject([
      { code: 'memory-growth', sentence: expect.stringMatching(/heap grows by 200 MB/) as string }
    ])
  })

  test('tells no leak where it is not to look for growth', () => {
    const rig = new MemoryRig({ isBlind: true })
    rig.pass(60, { garbageMb: 0.2 })
    rig.leakFast(60)
    expect(rig.codes).toEqual([])
  })

  test('tells a leak of 2 MB a minute within 10 minutes, though V8 itself collects nothing', () => {
    const rig = new MemoryRig()
    rig.pass(600, { keptMb: 2 / 60 })
    expect(rig.codes).toEqual(['memory-growth'])
  })

  test('tells a growth for a minute after it was last seen', () => {
    const rig = new MemoryRig()
    rig.pass(60)
    rig.leakFast(30)
    rig.pass(30)
    expect(rig.codes).toEqual(['memory-growth'])
    rig.pass(120)
    expect(rig.codes).toEqual([])
  })

  test('does not take a burst of garbage for a leak', () => {
    const rig = new MemoryRig()
    rig.pass(60, { garbageMb: 8 })
    expect(rig.codes).toEqual([])
    expect(rig.collections).toBeLessThanOrEqual(5)
  })

  test('lets go of what can be had again once memory is high, and once more only after it was normal', () => {
    const rig = new MemoryRig()
    rig.residentMb = 520
    rig.pass(60)
    expect([rig.shed, rig.codes]).toEqual([1, ['memory-high']])
    rig.residentMb = 480
    rig.pass(10)
    expect(rig.codes).toEqual(['memory-high'])
    rig.residentMb = 400
    rig.pass(10)
    expect(rig.codes).toEqual([])
    rig.residentMb = 520
    rig.pass(10)
    expect([rig.shed, rig.exceeded]).toEqual([2, []])
  })

  test('asks once to start anew when two readings in a row are too high', () => {
    const rig = new MemoryRig()
    rig.residentMb = 901
    rig.pass(5)
    expect(rig.exceeded).toEqual([])
    rig.pass(60)
    expect(rig.exceeded).toEqual([901])
  })

  test('warns before a heap is full', () => {
    const rig = new MemoryRig()
    rig.keptMb = 620
    rig.collect()
    expect(rig.memory.troubles()[0]).toMatchObject({
      code: 'memory-high',
      sentence: expect.stringContaining('620 of 768 MB') as string
    })
  })

  test('names structures that are nearly full, read every 30 s', () => {
    const rig = new MemoryRig()
    let size = 79
    rig.contract.register(() => [{ name: 'rows to store', size, bound: 100, dropped: 0 }])
    rig.pass(1)
    size = 80
    rig.pass(29)
    expect(rig.codes).toEqual([])
    rig.pass(1)
    expect(rig.memory.troubles()).toEqual([
      { code: 'bound-near', sentence: 'Nearly full: rows to store (80 of 100)' }
    ])
    expect(rig.memory.figures().structures).toEqual([
      { name: 'rows to store', size: 80, bound: 100, dropped: 0 }
    ])
  })

  test('tells that the machine swaps', async () => {
    const rig = new MemoryRig()
    rig.swappedMb = 60
    rig.pass(1)
    await Promise.resolve()
    await Promise.resolve()
    expect(rig.codes).toEqual(['swapping'])
    expect(rig.memory.figures().swappedMb).toBe(60)
  })
})
