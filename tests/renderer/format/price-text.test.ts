import { describe, expect, test } from 'vitest'
import { digitsOfStep, priceDigits, priceText } from '../../../src/renderer/format/price-text.ts'

describe('digitsOfStep', () => {
  test.each([
    [0.01, 2],
    [0.25, 2],
    [1e-8, 8],
    [2.5e-7, 8],
    [1, 0],
    [5, 0],
    [100, 0]
  ])('a step of %d shows %d decimals', (step, digits) => {
    expect(digitsOfStep(step)).toBe(digits)
  })
})

describe('priceDigits', () => {
  test('gives five significant digits where the venue names no step', () => {
    expect(priceDigits(null, 0.0012345)).toBe(7)
    expect(priceDigits(null, 64_321)).toBe(2)
  })
})

describe('priceText', () => {
  test('keeps trailing zeros of the step', () => {
    expect(priceText(118.2, 0.01)).toBe('118.20')
  })
})
