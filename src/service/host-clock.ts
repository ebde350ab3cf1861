/** Timers and a monotonic clock, handed in so that tests own time. */
export type HostClock = {
  readonly nowMs: () => number
  /** Calls back once after the delay; the result cancels. */
  readonly after: (delayMs: number, callback: () => void) => () => void
}

/** The machine's monotonic clock and timers. */
export const hostClock: HostClock = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  }
}
