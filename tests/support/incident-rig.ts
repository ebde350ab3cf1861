import { expect } from 'vitest'
import type { Incident } from '../../src/contracts/incident.ts'
import type { ConnectionState } from '../../src/contracts/shapes.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import type { ConnectionChange } from '../../src/engine/health/connection-sign.ts'
import { IncidentBook } from '../../src/engine/health/incident-book.ts'
import { anIncident } from './an-incident.ts'

/** Wall clock at the rig's beginning. */
export const startMs = 1_790_000_000_000
export const reset = { class: 'reset', code: 1006, text: 'connection reset' }
export const refused = { class: 'refused', code: null, text: 'ECONNREFUSED' }

/** A book, its connections by name (`coinbase-01`), and a clock that moves only when told. */
export class IncidentRig {
  readonly began: Incident[] = []
  readonly ended: (readonly [Incident, number])[] = []
  readonly shown = new Map<string, Incident>()
  readonly gone: string[] = []
  readonly book: IncidentBook
  #nowMs = 0

  constructor() {
    this.book = new IncidentBook({
      run: 7,
      listener: {
        began: (incident) => void this.began.push(incident),
        changed: (incident) => void this.shown.set(incident.id, incident),
        ended: (incident, suppressed) => void this.ended.push([incident, suppressed]),
        gone: (id) => {
          this.gone.push(id)
          this.shown.delete(id)
        }
      }
    })
  }

  get moment() {
    return { atMs: startMs + this.#nowMs, monotonicMs: this.#nowMs }
  }

  change(
    connection: string,
    to: ConnectionState,
    more: Partial<Pick<ConnectionChange, 'reason' | 'cause' | 'isPlanned' | 'lastDataMs'>> = {}
  ): void {
    const venue = connection.replace(/-\d+$/, '')
    this.book.take({
      connection,
      venue,
      instruments: [`${venue}:${connection.slice(-2)}-USD`],
      from: 'waiting',
      to,
      reason: null,
      cause: null,
      isPlanned: false,
      lastDataMs: null,
      ...this.moment,
      ...more
    })
  }

  /** The engine begins after one that was seen last then. */
  crashed(lastSeenMs: number | null, stored: readonly Incident[] = []): void {
    this.book.recall(stored, { isUncleanStart: true, lastSeenMs }, this.moment)
  }

  lose(connection: string, lastDataMs: number | null = null): void {
    this.change(connection, 'waiting', { reason: 'backoff', cause: reset, lastDataMs })
  }

  retry(connection: string): void {
    this.change(connection, 'connecting')
    this.change(connection, 'subscribing')
  }

  gaps(...gaps: readonly Gap[]): void {
    this.book.takeGaps({ gaps, replaced: [] })
  }

  /** Lets time pass; the book looks once a second. */
  pass(ms: number, lines: Parameters<IncidentBook['tick']>[1] = []): void {
    const endMs = this.#nowMs + ms
    for (; this.#nowMs < endMs; this.#nowMs = Math.min(endMs, this.#nowMs + 1_000)) {
      this.book.tick(this.moment, lines)
    }
    this.book.tick(this.moment, lines)
  }

  only(): Incident {
    expect(this.book.incidents()).toHaveLength(1)
    return this.book.incidents()[0] ?? anIncident()
  }
}
