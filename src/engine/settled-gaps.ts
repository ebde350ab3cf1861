import type { LogLevel } from '../contracts/engine-protocol.ts'
import { logRepeatMs } from '../contracts/log-limit.ts'
import type { Gap, GapState } from '../core/market/ledger/gap.ts'
import type { Clock, Timer } from './collector/clock.ts'
import type { LogFields } from './collector/log.ts'
import { someNames } from './some-names.ts'

/** Of a venue that had none settled for a while they are summed for so long. */
const soonMs = 3_000
/** And its next line comes no sooner after that: the limits of this process and of its host hold repeats back. */
const againMs = logRepeatMs + 1_000

type Sum = {
  readonly states: Partial<Record<GapState, number>>
  tradesRefilled: number
  /** Not to be had as trades. */
  tradesMissing: number
  readonly instruments: Set<string>
  readonly timer: Timer
}

/** Logs the gaps that are settled, all of a venue within some seconds in one line: a refill settles them in hundreds of batches. */
export class SettledGaps {
  readonly #log: (level: LogLevel, event: string, fields: LogFields) => void
  readonly #clock: Clock
  readonly #sums = new Map<string, Sum>()
  /** When a line of each venue was last written, monotonic. */
  readonly #toldMs = new Map<string, number>()

  constructor(log: (level: LogLevel, event: string, fields: LogFields) => void, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  add({ instrument, state, missedTrades }: Gap): void {
    const [venue = instrument] = instrument.split(':')
    const sum = this.#sums.get(venue) ?? this.#begin(venue)
    sum.states[state] = (sum.states[state] ?? 0) + 1
    if (state === 'refilled') sum.tradesRefilled += missedTrades ?? 0
    else sum.tradesMissing += missedTrades ?? 0
    sum.instruments.add(instrument)
  }

  /** Logs what is not yet told. */
  close(): void {
    for (const [venue, { timer }] of this.#sums) {
      timer.cancel()
      this.#tell(venue)
    }
  }

  #begin(venue: string): Sum {
    const nowMs = this.#clock.monotonicMs()
    const dueMs = Math.max(nowMs + soonMs, (this.#toldMs.get(venue) ?? -Infinity) + againMs)
    const timer = this.#clock.after(dueMs - nowMs, () => this.#tell(venue))
    const sum = {
      states: {},
      tradesRefilled: 0,
      tradesMissing: 0,
      instruments: new Set<string>(),
      timer
    }
    this.#sums.set(venue, sum)
    return sum
  }

  #tell(venue: string): void {
    const sum = this.#sums.get(venue)
    if (sum === undefined) return
    this.#sums.delete(venue)
    this.#toldMs.set(venue, this.#clock.monotonicMs())
    const { states, tradesRefilled, tradesMissing } = sum
    const fields = { venue, ...states, tradesRefilled, tradesMissing }
    const level = states.lost === undefined ? 'info' : 'warn'
    this.#log(level, 'gaps-settled', { ...fields, instruments: someNames(sum.instruments) })
  }
}
