import { describe, expect, test } from 'vitest'
import { memoryTitle, rareFigures } from '../../../src/renderer/connections/rare-figures.ts'
import type { HealthRow, MemoryFigures } from '../../../src/contracts/state-rows.ts'
import { aHealthRow } from '../../support/rows.ts'

function textsOf(fields: Partial<HealthRow>): readonly string[] {
  return rareFigures(aHealthRow(fields)).map(({ label, value }) => `${label}: ${value}`)
}

function memory(fields: Partial<MemoryFigures>): Pick<HealthRow, 'memory'> {
  return { memory: { ...aHealthRow().memory, ...fields } }
}

describe('rareFigures', () => {
  test('says nothing while all is well', () => {
    expect(textsOf({})).toEqual([])
    expect(textsOf({ clockSkewMs: -1_900 })).toEqual([])
    const growing = { value: 1.2, low: 0.4, high: 2 }
    const structures = [{ name: 'frames', size: 79, bound: 100, dropped: 0 }]
    expect(textsOf(memory({ growthMbPerMinute: growing, structures }))).toEqual([])
  })

  test('tells by how much and to which side the clock is off', () => {
    expect(textsOf({ clockSkewMs: 7_200_000 })).toEqual(['Clock: 2 h 00 m fast'])
    expect(textsOf({ clockSkewMs: -3_000 })).toEqual(['Clock: 3 s slow'])
  })

  test('tells a heap that surely grows', () => {
    const growthMbPerMinute = { value: 2.1, low: 1.8, high: 2.4 }
    expect(textsOf(memory({ growthMbPerMinute }))).toEqual(['Heap growth: +2.1 MB/min'])
  })

  test('names the fullest structure and counts the others', () => {
    const structures = [
      { name: 'seconds kept', size: 80, bound: 100, dropped: 0 },
      { name: 'frames', size: 99, bound: 100, dropped: 0 },
      { name: 'empty', size: 0, bound: 0, dropped: 0 }
    ]
    expect(textsOf(memory({ structures }))).toEqual(['Nearly full: frames 99 % and 1 more'])
  })

  test('counts handlers that took too long or threw', () => {
    expect(textsOf({ handlerTimeouts: 1, handlerFaults: 2 })).toEqual([
      'Handlers: 1 timed out, 2 failed'
    ])
    expect(textsOf({ handlerFaults: 2 })).toEqual(['Handlers: 2 failed'])
  })
})

describe('memoryTitle', () => {
  test('tells what is known', () => {
    const known = { heapFloorMb: 41, growthMbPerMinute: { value: -0.1, low: -1, high: 1 } }
    expect(memoryTitle({ ...known, swappedMb: 0, structures: [] })).toBe(
      'Memory of the engine; 41 MB of heap stay after a full collection; −0.1 MB a minute over 8 min'
    )
    const unknown = { heapFloorMb: null, growthMbPerMinute: null, swappedMb: 12, structures: [] }
    expect(memoryTitle(unknown)).toBe('Memory of the engine; 12 MB swapped out')
  })
})
