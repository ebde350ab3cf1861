import type { Gap, GapKey } from '../core/market/ledger/gap.ts'
import type { LedgerChanges } from '../core/market/ledger/ledger-changes.ts'
import type { LogLevel } from '../contracts/engine-protocol.ts'
import type { LogFields } from './collector/log.ts'

/** Instruments named in one line; more are counted. */
const mostNamed = 5

type Sum = { count: number; missedTrades: number; readonly instruments: Set<string> }

/**
 * Logs gaps as they open and are settled: one line for all of a batch and a kind, since a venue's
 * outage opens hundreds at once. Remembers what is open, as the ledger does.
 */
export class GapJournal {
  readonly #log: (level: LogLevel, event: string, fields: LogFields) => void
  readonly #open = new Set<string>()

  constructor(log: (level: LogLevel, event: string, fields: LogFields) => void) {
    this.#log = log
  }

  /** Takes note of what the ledger changed. */
  note({ gaps, replaced }: LedgerChanges): void {
    const sums = new Map<string, Sum>()
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
        if (!wasOpen.has(gap.instrument)) add(sums, `opened|${gap.cause}`, gap)
      } else {
        this.#open.delete(name)
        add(sums, `settled|${gap.state}`, gap)
      }
    }
    for (const [kind, sum] of sums) this.#tell(kind, sum)
  }

  #tell(kind: string, { count, missedTrades, instruments }: Sum): void {
    const [event, what] = kind.split('|')
    const named = [...instruments].slice(0, mostNamed).join(' ')
    this.#log(event === 'opened' || what === 'lost' ? 'warn' : 'info', `gaps-${event}`, {
      [event === 'opened' ? 'cause' : 'state']: what ?? '',
      gaps: count,
      trades: missedTrades,
      instruments: instruments.size > mostNamed ? `${named} and more` : named
    })
  }
}

function add(sums: Map<string, Sum>, kind: string, gap: Gap): void {
  const sum = sums.get(kind) ?? { count: 0, missedTrades: 0, instruments: new Set() }
  sums.set(kind, sum)
  sum.count += 1
  sum.missedTrades += gap.missedTrades ?? 0
  sum.instruments.add(gap.instrument)
}

function nameOf({ instrument, firstId, fromMs }: GapKey): string {
  return `${instrument}|${firstId ?? `at ${fromMs}`}`
}
