import type { Clock } from './collector/clock.ts'
import type { HandlerClock } from './health/handler-clock.ts'

/** A clock whose callbacks are timed as handlers. */
export function timedClock(clock: Clock, handlers: Pick<HandlerClock, 'run'>): Clock {
  return {
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, callback) => clock.after(delayMs, () => handlers.run('timer', callback))
  }
}
