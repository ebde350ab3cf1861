import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addSum,
  emptySum,
  finestSize,
  restoreSum,
  SizeScale,
  sumValue
} from '../../../src/core/market/decimal-sum.ts'

function total(sizes: readonly number[], lotSize: number | null = null): number {
  const scale = new SizeScale(lotSize)
  const sum = emptySum()
  const one = emptySum()
  for (const size of sizes) {
    scale.read(size, one)
    addSum(sum, one)
  }
  return sumValue(sum)
}

const decimal = fc
  .tuple(fc.integer({ min: 1, max: 1e13 }), fc.integer({ min: 0, max: 8 }))
  .map(([units, digits]) => units / 10 ** digits)

const anySize = fc.oneof(
  decimal,
  fc.double({ min: 1e-9, max: 1e12, noNaN: true }),
  fc.constantFrom(1e-8, 1e-12, 1e13, 0.1, 0.2, 0.3, 0.1 + 0.2)
)

describe('addSum', () => {
  const examples = [
    { sizes: [0.1, 0.2], sum: 0.3 },
    { sizes: Array.from(Array(10).keys(), () => 0.1), sum: 1 },
    { sizes: [1e-8, 1e-8, 1e-8], sum: 3e-8 },
    { sizes: [90_000_000, 1e-8], sum: 90_000_000.00000001 },
    { sizes: [1e15, 0.5, 1e-8], sum: 1_000_000_000_000_000.5 },
    { sizes: [9_007_199_254_740_991, 1, 1], sum: 9_007_199_254_740_993 }
  ]

  test.each(examples)('adds $sizes to $sum', ({ sizes, sum }) => {
    expect(total(sizes)).toBe(sum)
  })

  test('does not show the order of addition', () => {
    fc.assert(
      fc.property(
        fc
          .array(anySize, { minLength: 1, maxLength: 60 })
          .chain((sizes) =>
            fc.tuple(
              fc.constant(sizes),
              fc.shuffledSubarray(sizes, { minLength: sizes.length, maxLength: sizes.length })
            )
          ),
        ([sizes, shuffled]) => {
          expect(total(shuffled)).toBe(total(sizes))
        }
      )
    )
  })

  test('does not show the lot size that the scale began with', () => {
    fc.assert(
      fc.property(fc.array(anySize, { maxLength: 30 }), (sizes) => {
        expect(total(sizes, 1e-8)).toBe(total(sizes))
      })
    )
  })

  test('gives the double nearest to the exact sum of the decimals', () => {
    const line = fc.bigInt({ min: 1n, max: 10n ** 15n })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), (units) => {
        const exact = units
          .reduce((sum, next) => sum + next, 0n)
          .toString()
          .padStart(9, '0')
        const sizes = units.map((unit) => Number(unit) / 1e8)
        expect(total(sizes)).toBe(Number(`${exact.slice(0, -8)}.${exact.slice(-8)}`))
      })
    )
  })
})

describe('restoreSum', () => {
  test('goes on exactly from a stored double', () => {
    const lots = fc.array(fc.integer({ min: 1, max: 1e12 }), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(lots, fc.nat(), (units, cut) => {
        const sizes = units.map((unit) => unit / 1e8)
        const at = cut % sizes.length
        const sum = restoreSum(total(sizes.slice(0, at)), 1e-8)
        if (sum === null) throw new Error('expected a sum below 2^51 units')
        const scale = new SizeScale(1e-8)
        const one = emptySum()
        for (const size of sizes.slice(at)) {
          scale.read(size, one)
          addSum(sum, one)
        }
        expect(sumValue(sum)).toBe(total(sizes))
      })
    )
  })

  test('refuses a double that may have lost digits', () => {
    expect(restoreSum(22_517_999, 1e-8)).toBeNull()
    expect(restoreSum(22_517_998, 1e-8)).not.toBeNull()
  })
})

describe('finestSize', () => {
  test('finds the decimal step that all sizes are multiples of', () => {
    expect(finestSize([5, 0.25, 1e-8])).toBe(1e-8)
    expect(finestSize([100, 7])).toBe(1)
    expect(finestSize([])).toBe(1)
  })
})
