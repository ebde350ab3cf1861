import { describe, expect, test } from 'vitest'
import { parseInterval } from '../../../src/core/market/interval.ts'

describe('parseInterval', () => {
  test.each([
    ['1m', { kind: 'time', interval: '1m', lengthMs: 60_000 }],
    ['1t', { kind: 'tick', interval: '1t', tradesPerCandle: 1 }],
    ['10000t', { kind: 'tick', interval: '10000t', tradesPerCandle: 10_000 }]
  ])('takes %s', (text, spec) => {
    expect(parseInterval(text)).toEqual(spec)
  })

  test.each(['10001t', '99999t', '1000000t', '0t', '01t', '2m', '', '100', 'toString'])(
    'refuses %o',
    (text) => {
      expect(parseInterval(text)).toBe(null)
    }
  )
})
