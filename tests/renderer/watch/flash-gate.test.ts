import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FlashGate } from '../../../src/renderer/watch/flash-gate.ts'

describe('FlashGate', () => {
  test('admits at most three flashes in any second', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 200 }), (steps) => {
        const gate = new FlashGate()
        let nowMs = 0
        const admitted = steps.map((step) => (nowMs += step)).filter((at) => gate.admit(at))
        for (const start of admitted) {
          const within = admitted.filter((at) => at >= start && at < start + 1_000)
          expect(within.length).toBeLessThanOrEqual(3)
        }
      })
    )
  })

  test('admits the first', () => {
    expect(new FlashGate().admit(0)).toBe(true)
  })
})
