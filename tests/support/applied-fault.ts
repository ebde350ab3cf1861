import { expect } from 'vitest'
import { applyFault } from '../../src/simulator/faults/fault-kinds.ts'
import type { FaultCommand } from '../../src/simulator/faults/fault-parameters.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'

/** Provokes a fault that the simulator must not refuse. */
export function provoke(simulator: Simulator, command: FaultCommand): void {
  expect(applyFault(command, simulator.faults)).toEqual({ outcome: 'applied' })
}
