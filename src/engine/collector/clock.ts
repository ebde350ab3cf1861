/** A pending callback. */
export type Timer = { cancel(): void }

/** Time, as the collector is given it; tests move their own. */
export interface Clock {
  /** The run clock, epoch ms: the wall's in a live run, the tape's in a simulated one. Stamps, never durations. */
  nowMs(): number
  /** The machine's wall clock, epoch ms, whatever the run follows. Only to notice that it jumped. */
  wallMs(): number
  /** Monotonic ms from an arbitrary start; every duration and deadline. May stand still while the machine sleeps. */
  monotonicMs(): number
  /** Calls back once, not before `delayMs` have passed. */
  after(delayMs: number, callback: () => void): Timer
}

/**
 * The machine's clocks and timers.
 *
 * @param nowMs The run clock; the wall clock unless the run follows a tape.
 */
export function systemClock(nowMs: () => number = () => Date.now()): Clock {
  return {
    nowMs,
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return { cancel: () => clearTimeout(timer) }
    }
  }
}
