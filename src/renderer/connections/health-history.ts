import type { HealthRow } from '../../contracts/state-rows.ts'

/** Time between two samples. */
export const sampleEveryMs = 5_000
/** 30 minutes of samples. */
const mostSamples = 360

export type HealthSample = {
  readonly messagesPerSecond: number
  /** null while unknown. */
  readonly latencyP99Ms: number | null
  readonly memoryMb: number
}

/** Samples of the engine's health since the window opened, oldest first; for trends, not for figures. */
export class HealthHistory {
  #samples: readonly HealthSample[] = []
  #sampledMs = Number.NEGATIVE_INFINITY

  get samples(): readonly HealthSample[] {
    return this.#samples
  }

  note(health: HealthRow | undefined, nowMs: number): void {
    if (health === undefined || nowMs - this.#sampledMs < sampleEveryMs) return
    this.#sampledMs = nowMs
    const { messagesPerSecond, latencyP99Ms, memoryMb } = health
    const sample = { messagesPerSecond, latencyP99Ms, memoryMb }
    this.#samples = [...this.#samples.slice(1 - mostSamples), sample]
  }
}
