import { boundedStructures, type BoundedOwners } from './bounded-structures.ts'
import { EngineFailure } from './engine-failure.ts'
import { GcFloor } from './health/gc-floor.ts'
import { MemoryContract } from './health/memory-contract.ts'
import { MemoryHealth } from './health/memory-health.ts'
import { SwapWatch } from './health/swap-watch.ts'

/** Whose memory is watched, and what happens where it is too much. */
export type EngineMemoryParts = {
  /** All that grows with what comes in. */
  readonly owners: BoundedOwners
  /** Lets go of what can be had again. */
  readonly shed: () => void
  /** The engine cannot go on. */
  readonly failed: (error: unknown) => void
  /** Monotonic. */
  readonly startedMs: number
  /** Growth is not looked for: the control of a run of faults. */
  readonly isBlind: boolean
}

/** Opens the watch over this process's memory. */
export function openEngineMemory(parts: EngineMemoryParts): MemoryHealth {
  const { owners, shed, failed, startedMs, isBlind } = parts
  const contract = new MemoryContract()
  contract.register(...boundedStructures(owners))
  return new MemoryHealth({
    contract,
    swap: new SwapWatch(),
    heap: (onFloor) => new GcFloor(onFloor),
    residentBytes: () => process.memoryUsage.rss(),
    shed,
    exceeded: (residentMb) => {
      const message = `the engine used ${residentMb} MB of memory and starts anew`
      failed(new EngineFailure('memory-exceeded', message, 1, true))
    },
    startedMs,
    isBlind
  })
}
