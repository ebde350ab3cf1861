import { describe, expect, test } from 'vitest'
import { HandoverSlots } from '../../../src/engine/collector/handover-slots.ts'

/** How many turns are given at once. */
function turnsOf(slots: HandoverSlots, isUrgent: boolean): number {
  let turns = 0
  while (slots.take(isUrgent) !== null) turns += 1
  return turns
}

describe('HandoverSlots', () => {
  test.each([
    [0, 1, 1],
    [1, 1, 1],
    [22, 1, 6],
    [67, 3, 17]
  ])(
    'of %i connections %i hand over at a time, %i when the venue ends them',
    (count, at, urgent) => {
      expect(turnsOf(new HandoverSlots(() => count), false)).toBe(at)
      expect(turnsOf(new HandoverSlots(() => count), true)).toBe(urgent)
    }
  )

  test('a turn that ended is free again, once', () => {
    const slots = new HandoverSlots(() => 1)
    const release = slots.take(false)
    expect(slots.take(false)).toBeNull()
    release?.()
    release?.()
    expect(turnsOf(slots, false)).toBe(1)
  })
})
