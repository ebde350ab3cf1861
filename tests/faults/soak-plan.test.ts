import { describe, expect, test } from 'vitest'
import { everyStep, nextStep } from '../../faults/soak-plan.ts'
import { seededRandom } from '../../src/core/market/random.ts'
import { applyFault } from '../../src/simulator/faults/fault-kinds.ts'
import { runningSimulator } from '../support/running-simulator.ts'

describe('nextStep', () => {
  test('draws the same soak from the same seed, and another from another', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed)
      return Array.from({ length: 50 }, () => nextStep(random))
    }
    expect(draw(4)).toEqual(draw(4))
    expect(draw(4)).not.toEqual(draw(5))
  })

  test('leaves half a minute to two minutes between faults', () => {
    const random = seededRandom(9)
    const waits = Array.from({ length: 500 }, () => nextStep(random).waitMs)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(30_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(120_000)
  })
})

describe('everyStep', () => {
  test('holds no fault that the simulator refuses', async () => {
    const simulator = await runningSimulator({
      venues: ['coinbase', 'bybit-linear', 'bybit-spot'],
      rate: 0.01
    })
    for (const seed of [1, 2, 3, 4, 5]) {
      for (const command of everyStep(seededRandom(seed)).flat()) {
        expect([command, applyFault(command, simulator.faults)]).toEqual([
          command,
          { outcome: 'applied' }
        ])
      }
    }
  })
})
