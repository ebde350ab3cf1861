import { setTimeout as pause } from 'node:timers/promises'

const stepMs = 25

/** Waits until a condition holds. @returns Whether it did within the time. */
export async function holdsWithin(
  ms: number,
  condition: () => boolean | Promise<boolean>
): Promise<boolean> {
  const endMs = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > endMs) return false
    await pause(stepMs)
  }
  return true
}

/** @throws Error naming `what` when it does not hold in time. */
export async function untilHolds(
  what: string,
  ms: number,
  condition: () => boolean | Promise<boolean>
): Promise<void> {
  if (!(await holdsWithin(ms, condition))) throw new Error(`not within ${ms} ms: ${what}`)
}
