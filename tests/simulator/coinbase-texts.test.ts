import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createIsoMicros } from '../../src/simulator/coinbase/iso-micros.ts'
import { orderId } from '../../src/simulator/coinbase/order-id.ts'

describe('createIsoMicros', () => {
  test('writes what reads back to the microsecond, in any order of times', () => {
    const microseconds = fc.integer({ min: 0, max: 4_000_000_000_000_000 })
    fc.assert(
      fc.property(fc.array(microseconds), (times) => {
        const iso = createIsoMicros()
        for (const micros of times) {
          const text = iso(micros / 1000)
          expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
          const wholeMs = Date.parse(`${text.slice(0, 19)}Z`)
          expect(wholeMs * 1000 + Number(text.slice(20, 26))).toBe(micros)
        }
      })
    )
  })
})

describe('orderId', () => {
  test('is a UUID, the same for the same pair and another for each neighbour', () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 50; seed += 1) {
      for (let ordinal = 1_087_540_000; ordinal < 1_087_540_400; ordinal += 1) {
        const id = orderId(seed, ordinal)
        expect(orderId(seed, ordinal)).toBe(id)
        seen.add(id)
      }
    }
    expect(seen.size).toBe(50 * 400)
    for (const id of [...seen].slice(0, 100)) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })
})
