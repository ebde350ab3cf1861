import { HandlerMemory, machineMs } from './handler-memory.ts'

/** Bounds of a handler on the main thread, which stops all sockets while it runs. */
export const handlerLimits = { slowMs: 50, timeoutMs: 3_000 } as const

const tellEveryMs = 60_000
/** Handlers told apart; any more count under one name. */
const mostNames = 100
const otherName = 'other handlers'

/** Handlers of one name that took 50 ms or more, since this was last told. */
export type SlowHandler = {
  readonly handler: string
  /** What the slowest was busy with; empty where it did not say. */
  readonly subject: string
  readonly count: number
  readonly worstMs: number
}

export type HandlerListener = {
  /** At once for the first of a name, then at most once a minute with how many there were. */
  readonly slow: (slow: SlowHandler) => void
  /** A handler took 3 s or more; all of them are told. */
  readonly overran: (handler: string, subject: string, tookMs: number) => void
}

type Tally = { count: number; worstMs: number; subject: string; toldMs: number }

/**
 * Times the handlers of the main thread, and writes down which one runs where a watchdog can read it.
 *
 * A handler within another is timed on its own: what it took does not count for the outer one.
 * Costs about 0.1 µs a handler.
 */
export class HandlerClock {
  readonly memory = new HandlerMemory()
  readonly #listener: HandlerListener
  readonly #nowMs: () => number
  readonly #tallies = new Map<string, Tally>()
  #running: { readonly name: string; readonly sinceMs: number } | null = null
  #subject = ''
  /** Time that handlers within the running one took. */
  #withinMs = 0
  #timeouts = 0

  constructor(listener: HandlerListener, nowMs: () => number = monotonicClock()) {
    this.#listener = listener
    this.#nowMs = nowMs
  }

  /** Handlers that took 3 s or more, since the start. */
  get timeouts(): number {
    return this.#timeouts
  }

  /** Runs work as a handler of this name; what it leaves to be done later is not part of it. */
  run<Result>(name: string, work: () => Result): Result {
    const outer = this.#running
    const outerWithinMs = this.#withinMs
    const outerSubject = this.#subject
    const sinceMs = this.#nowMs()
    this.#running = { name, sinceMs }
    this.#withinMs = 0
    this.#subject = ''
    this.memory.begin(name, sinceMs)
    try {
      return work()
    } finally {
      const nowMs = this.#nowMs()
      const tookMs = nowMs - sinceMs
      const ownMs = tookMs - this.#withinMs
      if (ownMs >= handlerLimits.slowMs) this.#judge(name, ownMs, nowMs)
      this.#running = outer
      this.#withinMs = outerWithinMs + tookMs
      this.#subject = outerSubject
      if (outer === null) this.memory.end(nowMs)
      else {
        this.memory.begin(outer.name, outer.sinceMs)
        this.memory.about(outerSubject)
      }
    }
  }

  /** Says what the running handler is busy with now, such as a connection. */
  about(subject: string): void {
    this.#subject = subject
    this.memory.about(subject)
  }

  #judge(name: string, tookMs: number, nowMs: number): void {
    if (tookMs >= handlerLimits.timeoutMs) {
      this.#timeouts += 1
      this.#listener.overran(name, this.#subject, tookMs)
    }
    const isKnown = this.#tallies.has(name) || this.#tallies.size < mostNames
    const handler = isKnown ? name : otherName
    const tally = this.#tallies.get(handler) ?? {
      count: 0,
      worstMs: 0,
      subject: '',
      toldMs: -Infinity
    }
    this.#tallies.set(handler, tally)
    tally.count += 1
    if (tookMs > tally.worstMs) {
      tally.worstMs = tookMs
      tally.subject = this.#subject
    }
    if (nowMs - tally.toldMs < tellEveryMs) return
    const { count, worstMs, subject } = tally
    this.#tallies.set(handler, { count: 0, worstMs: 0, subject: '', toldMs: nowMs })
    this.#listener.slow({ handler, subject, count, worstMs })
  }
}

/** `machineMs` without its cost. */
function monotonicClock(): () => number {
  const aheadMs = machineMs() - performance.now()
  return () => performance.now() + aheadMs
}
