import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalOfBytes, parseDecimal, parsePositive } from '../../src/venues/numbers.ts'
import { wrongValues } from '../support/wrong-values.ts'

/** Decimal text of up to 12 digits before and 10 behind the point. */
const decimalText = fc
  .tuple(fc.stringMatching(/^\d{1,12}$/), fc.option(fc.stringMatching(/^\d{1,10}$/)))
  .map(([whole, fraction]) => (fraction === null ? whole : `${whole}.${fraction}`))

describe('parseDecimal', () => {
  test.each([
    ['0.00000001', 1e-8],
    ['214748.37', 214748.37],
    ['0.00001234', 0.00001234],
    ['77572.87', 77572.87],
    ['1e-8', 1e-8],
    ['-3.5', -3.5],
    ['0', 0],
    ['9007199254740993', 9007199254740992],
    ['0.123456789012345678', 0.12345678901234568]
  ])('reads %s', (text, number) => {
    expect(parseDecimal(text)).toBe(number)
  })

  test.each(['', ' 1', '1 ', '.5', '5.', '1.2.3', '+1', '0x10', '1_000', 'NaN', '1e400', '１'])(
    'refuses %j',
    (text) => {
      expect(parseDecimal(text)).toBeNull()
    }
  )

  test('gives the nearest number for any decimal text', () => {
    fc.assert(
      fc.property(decimalText, (text) => {
        expect(parseDecimal(text)).toBe(Number(text))
      }),
      { numRuns: 5_000 }
    )
  })

  test('gives back any number that was written as text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(parseDecimal(String(number))).toBe(number + 0)
      })
    )
  })
})

describe('parsePositive', () => {
  test('refuses everything that is no number above 0', () => {
    expect(wrongValues.map(parsePositive)).toEqual(wrongValues.map(() => null))
    expect(parsePositive('0.00000001')).toBe(1e-8)
  })
})

describe('decimalOfBytes', () => {
  test('reads the same number as the text, or leaves it to the text', () => {
    const any = fc.oneof(decimalText, fc.stringMatching(/^[\d.eE+-]{0,18}$/))
    fc.assert(
      fc.property(any, fc.nat(3), (text, before) => {
        const bytes = Buffer.from(`${'9'.repeat(before)}${text}9`)
        const number = decimalOfBytes(bytes, before, before + text.length)
        if (!Number.isNaN(number)) expect(number).toBe(parseDecimal(text))
      }),
      { numRuns: 5_000 }
    )
  })

  test('reads the digits that venues write', () => {
    for (const text of ['77572.87', '0.00000009', '209162.21626191', '1092969669', '0']) {
      expect(decimalOfBytes(Buffer.from(text), 0, text.length)).toBe(Number(text))
    }
  })
})
