import type { Gap, GapCause, GapKey } from '../core/market/ledger/gap.ts'
import type { LedgerChanges } from '../core/market/ledger/ledger-changes.ts'
import type { LogLevel } from '../contracts/engine-protocol.ts'
import type { Clock } from './collector/clock.ts'
import type { LogFields } from './collector/log.ts'
import { SettledGaps } from './settled-gaps.ts'
import { someNames } from './some-names.ts'

type Sum = { count: number; missedTrades: number; readonly instruments: Set<string> }

/**
 * Logs gaps as they open and are settled: one line for all of a batch and a cause, since a venue's
 * outage opens hundreds at once, and one for all that a venue's refill settles within some seconds.
 * Remembers what is open, as the ledger does.
 */
export class GapJournal {
  readonly #log: (level: LogLevel, event: string, fields: LogFields) => void
  readonly #open = new Set<string>()
  readonly #settled: SettledGaps

  constructor(log: (level: LogLevel, event: string, fields: LogFields) => void, clock: Clock) {
    this.#log = log
    this.#settled = new SettledGaps(log, clock)
  }

  /** Takes note of what the ledger changed. */
  note({ gaps, replaced }: LedgerChanges): void {
    const opened = new Map<GapCause, Sum>()
    const wasOpen = new Set<string>()
    for (const key of replaced) {
      if (this.#open.delete(nameOf(key))) wasOpen.add(key.instrument)
    }
    for (const gap of gaps) {
      const name = nameOf(gap)
      if (gap.state === 'open') {
        if (this.#open.has(name)) continue
        this.#open.add(name)
        // What is left of a gap that was settled in part is nothing new.
        if (!wasOpen.has(gap.instrument)) add(opened, gap)
      } else {
        this.#open.delete(name)
        this.#settled.add(gap)
      }
    }
    for (const [cause, sum] of opened) this.#tellOpened(cause, sum)
  }

  /** Logs what is not yet told. */
  close(): void {
    this.#settled.close()
  }

  #tellOpened(cause: GapCause, { count, missedTrades, instruments }: Sum): void {
    this.#log('warn', 'gaps-opened', {
      cause,
      gaps: count,
      trades: missedTrades,
      instruments: someNames(instruments)
    })
  }
}

function add(sums: Map<GapCause, Sum>, gap: Gap): void {
  const sum = sums.get(gap.cause) ?? { count: 0, missedTrades: 0, instruments: new Set() }
  sums.set(gap.cause, sum)
  sum.count += 1
  sum.missedTrades += gap.missedTrades ?? 0
  sum.instruments.add(gap.instrument)
}

function nameOf({ instrument, firstId, fromMs }: GapKey): string {
  return `${instrument}|${firstId ?? `at ${fromMs}`}`
}
