import { readFile } from 'node:fs/promises'
import type { FaultTarget } from './fault-kind.ts'
import { applyFault, faultKinds } from './fault-kinds.ts'
import type { FaultCommand } from './fault-parameters.ts'

/** A fault at its time. */
export type ScenarioStep = {
  /** After the simulator was ready, on the monotonic clock. */
  readonly afterMs: number
  readonly fault: FaultCommand
}

/** A scenario that cannot be run; the message names file and place. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
}

const maxSteps = 10_000
const maxAfterMs = 2_147_483_647

/**
 * Reads a scenario: a JSON array of fault commands, each with `afterMs` beside its own parameters.
 *
 * @throws ScenarioError when the file cannot be read, or a step has no time or no known kind.
 */
export async function loadScenario(path: string): Promise<readonly ScenarioStep[]> {
  const steps = await readJson(path)
  if (!Array.isArray(steps) || steps.length > maxSteps) {
    throw new ScenarioError(`${path}: expected an array of at most ${maxSteps} steps`)
  }
  return steps.map((step: unknown, index) => readStep(step, `${path}: step ${index}`))
}

/**
 * Runs a scenario; returns what stops it.
 *
 * @param onRefused Told why a step could not be done.
 */
export function runScenario(
  steps: readonly ScenarioStep[],
  target: FaultTarget,
  onRefused: (message: string) => void
): () => void {
  const timers = steps.map(({ afterMs, fault }) =>
    setTimeout(() => {
      const result = applyFault(fault, target)
      if (result.outcome === 'refused') onRefused(`scenario, at ${afterMs} ms: ${result.message}`)
    }, afterMs)
  )
  return () => {
    for (const timer of timers) clearTimeout(timer)
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ScenarioError(`${path}: ${reason}`)
  }
}

function readStep(step: unknown, place: string): ScenarioStep {
  if (typeof step !== 'object' || step === null) throw new ScenarioError(`${place}: no object`)
  const { afterMs, ...fault } = step as FaultCommand
  if (typeof afterMs !== 'number' || !(afterMs >= 0) || afterMs > maxAfterMs) {
    throw new ScenarioError(`${place}: afterMs: expected a number from 0 to ${maxAfterMs}`)
  }
  if (typeof fault['kind'] !== 'string' || !faultKinds.includes(fault['kind'])) {
    throw new ScenarioError(`${place}: kind: expected one of ${faultKinds.join(', ')}`)
  }
  return { afterMs, fault }
}
