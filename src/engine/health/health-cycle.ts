import type { HealthRow } from '../../contracts/state-rows.ts'
import type { LogFields } from '../../contracts/log-limit.ts'

const cycleMs = 30_000

/** What a second of health tells that is summed up. */
export type CycleReading = Pick<
  HealthRow,
  | 'status'
  | 'connections'
  | 'instruments'
  | 'coveragePercent'
  | 'messagesPerSecond'
  | 'latencyP99Ms'
  | 'missingTrades'
  | 'memoryMb'
  | 'storeLagMs'
  | 'eventLoopDelayP99Ms'
  | 'problems'
>

/** Gaps at the end of a cycle: those not yet filled, and those that were settled without all their trades. */
export type CycleGaps = { readonly open: number; readonly lost: number }

/** Sums up every 30 s of health in one line: how it stands at the end, and the worst and the mean of between. */
export class HealthCycle {
  readonly #log: (event: string, fields: LogFields) => void
  #beganMs: number | null = null
  #readings = 0
  #messages = 0
  #storeLagMs = 0
  #loopDelayMs = 0
  #coveragePercent = 100

  constructor(log: (event: string, fields: LogFields) => void) {
    this.#log = log
  }

  /** Takes the reading of a second; logs a line when its cycle is over. @param nowMs Monotonic. */
  take(row: CycleReading, gaps: CycleGaps, nowMs: number): void {
    this.#beganMs ??= nowMs
    this.#readings += 1
    this.#messages += row.messagesPerSecond
    this.#storeLagMs = Math.max(this.#storeLagMs, row.storeLagMs)
    this.#loopDelayMs = Math.max(this.#loopDelayMs, row.eventLoopDelayP99Ms ?? 0)
    this.#coveragePercent = Math.min(this.#coveragePercent, row.coveragePercent)
    if (nowMs - this.#beganMs < cycleMs) return
    this.#log('health-cycle', this.#sum(row, gaps))
    this.#beganMs = nowMs
    this.#readings = this.#messages = this.#storeLagMs = this.#loopDelayMs = 0
    this.#coveragePercent = 100
  }

  #sum(row: CycleReading, gaps: CycleGaps): LogFields {
    return {
      status: row.status,
      connectionsLive: row.connections.live,
      connections: row.connections.total,
      instrumentsLive: row.instruments.live,
      instruments: row.instruments.total,
      coveragePercent: row.coveragePercent,
      leastCoveragePercent: this.#coveragePercent,
      messagesPerSecond: Math.round((this.#messages / this.#readings) * 10) / 10,
      latencyP99Ms: row.latencyP99Ms,
      openGaps: gaps.open,
      lostGaps: gaps.lost,
      missingTrades: row.missingTrades,
      memoryMb: row.memoryMb,
      storeLagMs: this.#storeLagMs,
      loopDelayP99Ms: this.#loopDelayMs,
      problems: row.problems.length
    }
  }
}
