import { describe, expect, test } from 'vitest'
import { isNearBound, MemoryContract } from '../../../src/engine/health/memory-contract.ts'

describe('MemoryContract', () => {
  test('reads all structures when asked, and none before', () => {
    const contract = new MemoryContract()
    let reads = 0
    const kept: string[] = []
    contract.register(
      () => {
        reads += 1
        return [{ name: 'words', size: kept.length, bound: 10, dropped: 3 }]
      },
      () => [{ name: 'nothing', size: 0, bound: 5, dropped: 0 }]
    )
    kept.push('a', 'b')
    expect(reads).toBe(0)
    expect(contract.read()).toEqual([
      { name: 'words', size: 2, bound: 10, dropped: 3 },
      { name: 'nothing', size: 0, bound: 5, dropped: 0 }
    ])
  })
})

describe('isNearBound', () => {
  test.each([
    [79, 100, false],
    [80, 100, true],
    [101, 100, true],
    [0, 0, false],
    [1, 0, true]
  ])('of %i in %i is %s', (size, bound, isNear) => {
    expect(isNearBound({ name: 'words', size, bound, dropped: 0 })).toBe(isNear)
  })
})
