import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levelChanges } from '../../src/simulator/book/level-changes.ts'
import type { SimLevel } from '../../src/simulator/market.ts'

const side: fc.Arbitrary<SimLevel[]> = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 1, max: 30 }).map(String), fc.integer({ min: 1, max: 9 }).map(String)),
  { selector: ([price]) => price }
)

describe('levelChanges', () => {
  test('turns any book into any other', () => {
    fc.assert(
      fc.property(side, side, (before, after) => {
        const book = new Map(before)
        for (const [price, size] of levelChanges(before, after)) {
          if (size === '0') book.delete(price)
          else book.set(price, size)
        }
        expect(book).toEqual(new Map(after))
      })
    )
  })

  test('says nothing twice and nothing needless', () => {
    fc.assert(
      fc.property(side, side, (before, after) => {
        const changes = levelChanges(before, after)
        const was = new Map(before)
        expect(new Set(changes.map(([price]) => price)).size).toBe(changes.length)
        for (const [price, size] of changes) expect(was.get(price) ?? '0').not.toBe(size)
      })
    )
  })
})
