import { readFileSync } from 'node:fs'

/** An engine that waits longer for a core is late whatever it does. */
export const mostCoreWaitPercent = 10

const nsPerMs = 1_000_000

/** How much of its time a process' main thread wanted to run and got no core: what the machine owes it. */
export class CoreWait {
  readonly #pid: number
  readonly #sinceMs = performance.now()
  readonly #waitedMs: number

  constructor(pid: number) {
    this.#pid = pid
    this.#waitedMs = waitedMs(pid)
  }

  /** Since it was made. */
  get percent(): number {
    const passedMs = Math.max(1, performance.now() - this.#sinceMs)
    // A wait that began before is counted whole once it ends.
    const share = Math.min(1, (waitedMs(this.#pid) - this.#waitedMs) / passedMs)
    return Math.round(1_000 * share) / 10
  }
}

/** Linux counts: ns on a core, ns waiting for one, turns. */
function waitedMs(pid: number): number {
  const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
  return Number(waitedNs) / nsPerMs
}
