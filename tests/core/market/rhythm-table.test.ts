import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/market/random.ts'
import { RhythmTable } from '../../../src/core/market/rhythm-table.ts'

const hourMs = 3_600_000
const midnightMs = Date.UTC(2026, 0, 5)

/** Events at random, `meanMs` apart on average. @returns When the last came. */
function runAtRandom(
  table: RhythmTable,
  row: number,
  stretch: { readonly fromMs: number; readonly toMs: number; readonly meanMs: number }
): number {
  const random = seededRandom(1)
  let atMs = stretch.fromMs
  for (let nextAgeMs = atMs; atMs < stretch.toMs;) {
    for (; nextAgeMs <= atMs; nextAgeMs += 10_000) table.age(midnightMs + nextAgeMs)
    table.note(row, atMs)
    atMs -= Math.log(1 - random()) * stretch.meanMs
  }
  return atMs
}

describe('RhythmTable', () => {
  test('events at random rest as long as their mean gap, at any moment', () => {
    const table = new RhythmTable()
    const row = table.add()
    runAtRandom(table, row, { fromMs: 0, toMs: hourMs, meanMs: 500 })
    expect(table.usualRestMs(row)).toBeGreaterThan(400)
    expect(table.usualRestMs(row)).toBeLessThan(700)
  })

  test('bursts do not hide how long the lulls between them are', () => {
    const table = new RhythmTable()
    const row = table.add()
    for (let burstMs = 0; burstMs < hourMs; burstMs += 60_000) {
      for (let event = 0; event < 200; event += 1) table.note(row, burstMs + event * 5)
    }
    expect(table.usualRestMs(row)).toBeGreaterThan(25_000)
  })

  test('says nothing of a stream of which it knows too little', () => {
    const table = new RhythmTable()
    const [rare, brief] = [table.add(), table.add()]
    for (let event = 0; event < 20; event += 1) table.note(rare, event * 60_000)
    for (let event = 0; event < 1_000; event += 1) table.note(brief, event * 10)
    expect(table.usualRestMs(rare)).toBe(Infinity)
    expect(table.restsMs(brief, 24)).toBe(Infinity)
  })

  test('is the more patient the less it knows', () => {
    const table = new RhythmTable()
    const row = table.add()
    const soonMs = runAtRandom(table, row, { fromMs: 0, toMs: 30_000, meanMs: 100 })
    const early = table.restsMs(row, 24) / table.usualRestMs(row)
    runAtRandom(table, row, { fromMs: soonMs, toMs: hourMs, meanMs: 100 })
    expect(early).toBeGreaterThan(48)
    expect(table.restsMs(row, 24) / table.usualRestMs(row)).toBeLessThan(26)
  })

  test('an hour that was quiet yesterday may be quiet today, from its first minute', () => {
    const table = new RhythmTable()
    const row = table.add()
    let atMs = runAtRandom(table, row, { fromMs: 0, toMs: hourMs, meanMs: 200 })
    atMs = runAtRandom(table, row, { fromMs: atMs, toMs: 2 * hourMs, meanMs: 20_000 })
    atMs = runAtRandom(table, row, { fromMs: atMs, toMs: 25 * hourMs - 1_000, meanMs: 200 })
    expect(table.usualRestMs(row)).toBeLessThan(400)
    table.age(midnightMs + 25 * hourMs)
    expect(table.usualRestMs(row)).toBeGreaterThan(10_000)
    runAtRandom(table, row, { fromMs: atMs, toMs: 25.5 * hourMs, meanMs: 200 })
    expect(table.usualRestMs(row)).toBeLessThan(400)
  })

  test('follows a stream that becomes slower within a few of its events', () => {
    const table = new RhythmTable()
    const row = table.add()
    const atMs = runAtRandom(table, row, { fromMs: 0, toMs: hourMs, meanMs: 100 })
    for (let event = 1; event <= 16; event += 1) table.note(row, atMs + event * 5_000)
    expect(table.usualRestMs(row)).toBeGreaterThan(2_500)
  })

  test('a time in which nobody listened is no gap', () => {
    const table = new RhythmTable()
    const row = table.add()
    const atMs = runAtRandom(table, row, { fromMs: 0, toMs: 60_000, meanMs: 100 })
    table.interrupted()
    table.note(row, atMs + hourMs)
    expect(table.longestGapMs(row)).toBeLessThan(5_000)
    expect(table.usualRestMs(row)).toBeLessThan(200)
  })

  test('forgets what it learned before a night without events', () => {
    const table = new RhythmTable()
    const row = table.add()
    runAtRandom(table, row, { fromMs: 0, toMs: hourMs, meanMs: 500 })
    table.age(midnightMs + 17 * hourMs)
    expect(table.usualRestMs(row)).toBe(Infinity)
  })

  test('a row given back begins anew, and another table may learn one', () => {
    const table = new RhythmTable()
    const row = table.add()
    runAtRandom(table, row, { fromMs: 0, toMs: hourMs, meanMs: 500 })
    const other = new RhythmTable()
    const adopted = other.add()
    other.adopt(adopted, table, row)
    expect(other.usualRestMs(adopted)).toBe(table.usualRestMs(row))
    table.remove(row)
    expect(table.usualRestMs(table.add())).toBe(Infinity)
  })

  test('keeps the streams of a table apart, however many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (streams, chosen) => {
        const table = new RhythmTable()
        const rows = Array.from({ length: streams }, () => table.add())
        const row = rows[chosen % streams] ?? 0
        runAtRandom(table, row, { fromMs: 0, toMs: 60_000, meanMs: 100 })
        const known = rows.filter((each) => table.usualRestMs(each) < Infinity)
        expect(known).toEqual([row])
      }),
      { numRuns: 30 }
    )
  })
})
