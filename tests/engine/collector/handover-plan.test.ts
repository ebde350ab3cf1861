import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/market/random.ts'
import { HandoverPlan } from '../../../src/engine/collector/handover-plan.ts'

const hourMs = 3_600_000

describe('HandoverPlan', () => {
  test('a day of life is replaced after 23 h less up to 60 min', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const plan = new HandoverPlan(24 * hourMs, seededRandom(seed))
        plan.began(1_000)
        expect(plan.due(1_000 + 22 * hourMs - 1)).toBeNull()
        expect(plan.due(1_000 + 23 * hourMs)).toEqual({ reason: 'rotation', isUrgent: false })
      })
    )
  })

  test('nothing is replaced for its age where the venue names no lifetime', () => {
    const plan = new HandoverPlan(null, () => 0.5)
    plan.began(0)
    expect(plan.due(1e12)).toBeNull()
  })

  test('a pressing reason replaces another, and a new link answers all', () => {
    const plan = new HandoverPlan(null, () => 0.5)
    plan.want({ reason: 'asked for', isUrgent: false })
    plan.want({ reason: 'end announced', isUrgent: true })
    plan.want({ reason: 'asked for', isUrgent: false })
    expect(plan.due(0)).toEqual({ reason: 'end announced', isUrgent: true })
    plan.began(0)
    expect(plan.due(0)).toBeNull()
  })

  test('waits longer after each failure, 5 s at least and as long as the cause wants', () => {
    const plan = new HandoverPlan(null, () => 0.999)
    plan.want({ reason: 'asked for', isUrgent: false })
    plan.failed(0, 0)
    expect(plan.due(4_999)).toBeNull()
    expect(plan.due(5_000)).not.toBeNull()
    for (let failure = 0; failure < 8; failure += 1) plan.failed(0, 0)
    expect(plan.due(50_000)).toBeNull()
    plan.failed(0, 300_000)
    expect(plan.due(299_999)).toBeNull()
    expect(plan.due(300_000)).not.toBeNull()
  })
})
