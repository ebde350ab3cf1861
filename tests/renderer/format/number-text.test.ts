import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compactText, fixedText, signedText } from '../../../src/renderer/format/number-text.ts'

describe('fixedText', () => {
  test.each([
    [64_321.31, 2, '64,321.31'],
    [0.00001742, 8, '0.00001742'],
    [-246.4, 1, '\u2212246.4'],
    [-0.001, 2, '0.00'],
    [5, 0, '5']
  ])('writes %d with %d decimals as %s', (value, digits, text) => {
    expect(fixedText(value, digits)).toBe(text)
  })

  test('never writes a hyphen for a minus', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.nat(10), (value, digits) => {
        expect(fixedText(value, digits)).not.toContain('-')
      })
    )
  })
})

describe('signedText', () => {
  test.each([
    [0.42, '+0.42'],
    [-0.18, '\u22120.18'],
    [0.001, '0.00'],
    [-0.001, '0.00']
  ])('writes %d as %s', (value, text) => {
    expect(signedText(value, 2)).toBe(text)
  })
})

describe('compactText', () => {
  test.each([
    [0, '0'],
    [0.0312, '0.031'],
    [12.345, '12.3'],
    [312_400, '312K'],
    [999_950, '1.00M'],
    [1_236_000_000, '1.24B']
  ])('writes %d as %s', (value, text) => {
    expect(compactText(value)).toBe(text)
  })

  test('keeps to six characters from a hundredth to a quadrillion', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 0.01, max: 9e14 }), (value) => {
        expect(compactText(value).length).toBeLessThanOrEqual(6)
      })
    )
  })
})
