import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Each look wakes the process: at 10 ms they took a tenth of what a busy engine needs. */
const resolutionMs = 50
const bytesPerMb = 1_048_576
const nanosecondsPerMs = 1e6

/** What the engine's process costs. */
export type ProcessFigures = {
  /** Resident memory, MB of 1,048,576 bytes. */
  readonly memoryMb: number
  /** How late timers come, p99 since the last reading, ms; null before the first. */
  readonly eventLoopDelayP99Ms: number | null
}

/** Watches this process; close it, or it keeps a timer. */
export class ProcessLoad {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs })

  constructor() {
    this.#delay.enable()
  }

  /** Reads the figures and begins a new stretch. */
  read(): ProcessFigures {
    const { count } = this.#delay
    const lateMs = this.#delay.percentile(99) / nanosecondsPerMs - resolutionMs
    this.#delay.reset()
    return {
      memoryMb: Math.round((process.memoryUsage.rss() / bytesPerMb) * 10) / 10,
      eventLoopDelayP99Ms: count === 0 ? null : Math.round(Math.max(0, lateMs) * 100) / 100
    }
  }

  close(): void {
    this.#delay.disable()
  }
}
