import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom, type Random } from '../src/core/market/random.ts'
import { nextStep } from './soak-plan.ts'
import type { FaultStand } from './stand.ts'

const firstFaultMs = 30_000

/** Draws faults of a soak until it is told to stop. */
export class FaultSource {
  readonly #stand: FaultStand
  readonly #random: Random
  #steps = 0
  #last = ''

  constructor(stand: FaultStand, seed: number) {
    this.#stand = stand
    this.#random = seededRandom(seed)
  }

  get steps(): number {
    return this.#steps
  }

  /** Kind of the newest fault. */
  get last(): string {
    return this.#last
  }

  async run(stopped: AbortSignal): Promise<void> {
    await rest(firstFaultMs, stopped)
    while (!stopped.aborted) {
      const { waitMs, commands } = nextStep(this.#random)
      for (const command of commands) await this.#stand.fault(command)
      this.#steps += 1
      this.#last = commands.map(({ kind }) => String(kind)).join(' + ')
      await rest(waitMs, stopped)
    }
  }
}

async function rest(ms: number, stopped: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: stopped }).catch((error: unknown) => {
    if (!stopped.aborted) throw error
  })
}
