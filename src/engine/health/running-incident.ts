import {
  mostNamedInIncident,
  type Incident,
  type IncidentKind,
  type IncidentState
} from '../../contracts/incident.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { ConnectionChange } from './connection-sign.ts'
import { MissedTrades } from './missed-trades.ts'

/** A moment on the run clock and on the monotonic one. */
export type Moment = { readonly atMs: number; readonly monotonicMs: number }

type Member = {
  status: 'down' | 'back' | 'resting'
  /** When it came back or to rest. */
  since: Moment
  lastFrameMs: number | null
}

/** What an incident begins with. */
export type IncidentBeginning = {
  readonly id: string
  readonly kind: IncidentKind
  readonly venue: string | null
  readonly cause: Pick<Incident, 'causeClass' | 'causeText' | 'causeCode'>
  readonly moment: Moment
  /** Last data before it, where that is known already. */
  readonly lastFrameMs: number | null
}

/** One incident while it may still change: who is in it, and what it cost. */
export class RunningIncident {
  readonly id: string
  readonly trades = new MissedTrades()
  /** Lines of its connections that were not written for it. */
  suppressed = 0
  #kind: IncidentKind
  #venue: string | null
  #cause: Pick<Incident, 'causeClass' | 'causeText' | 'causeCode'>
  #began: Moment
  #ended: Moment | null = null
  #calmSince: Moment | null = null
  #state: IncidentState = 'open'
  #attempts = 0
  readonly #lastFrameMs: number | null
  #firstFrameMs: number | null = null
  readonly #members = new Map<string, Member>()
  readonly #instruments = new Set<InstrumentId>()

  constructor(beginning: IncidentBeginning) {
    this.id = beginning.id
    this.#kind = beginning.kind
    this.#venue = beginning.venue
    this.#cause = beginning.cause
    this.#began = beginning.moment
    this.#lastFrameMs = beginning.lastFrameMs
  }

  get kind(): IncidentKind {
    return this.#kind
  }

  get state(): IncidentState {
    return this.#state
  }

  get beganMs(): number {
    return this.#began.atMs
  }

  get ended(): Moment | null {
    return this.#ended
  }

  concerns(instrument: InstrumentId): boolean {
    return this.#instruments.has(instrument)
  }

  /** It reaches further than was thought. */
  widen(kind: 'venue' | 'offline', cause: RunningIncident['cause']): void {
    this.#kind = kind
    this.#cause = cause
    if (kind === 'offline') this.#venue = null
  }

  get cause(): Pick<Incident, 'causeClass' | 'causeText' | 'causeCode'> {
    return this.#cause
  }

  lost(change: ConnectionChange): void {
    const known = this.#members.get(change.connection)
    // The link of one that stalled has not ended yet.
    const lastDataMs = change.to === 'stalled' ? null : change.lastDataMs
    this.#members.set(change.connection, {
      status: 'down',
      since: momentOf(change),
      lastFrameMs: known?.lastFrameMs ?? lastDataMs
    })
    for (const id of change.instruments) this.#instruments.add(id)
  }

  /** A connect of one of its connections. */
  tried(connection: string): boolean {
    if (this.#members.get(connection)?.status !== 'down') return false
    this.#attempts += 1
    return true
  }

  /** A connection carries again, or is not meant to any more. */
  left(connection: string, status: 'back' | 'resting', since: Moment): boolean {
    const member = this.#members.get(connection)
    if (member?.status !== 'down') return false
    member.status = status
    member.since = momentOf(since)
    return true
  }

  /** Counts a connection in that was never told to be lost; of an engine that ended all are. */
  include(connection: string, instruments: readonly InstrumentId[], since: Moment): void {
    this.#members.set(connection, { status: 'back', since, lastFrameMs: null })
    for (const id of instruments) this.#instruments.add(id)
  }

  /** Takes in what another one knew: they are one and the same. */
  absorb(other: RunningIncident): void {
    for (const [name, member] of other.#members) this.#members.set(name, member)
    for (const id of other.#instruments) this.#instruments.add(id)
    this.#attempts += other.#attempts
    this.suppressed += other.suppressed
    if (other.#began.monotonicMs < this.#began.monotonicMs) this.#began = other.#began
  }

  /** Since when none of its connections is down; null while one is. */
  quietSince(): Moment | null {
    let last: Moment | null = null
    for (const { status, since } of this.#members.values()) {
      if (status === 'down') return null
      if (last === null || since.monotonicMs > last.monotonicMs) last = since
    }
    return last
  }

  /** Nothing is missing any more. @returns Since when. */
  calmed(now: Moment): Moment {
    this.#calmSince ??= now
    return this.#calmSince
  }

  /** Something is missing again. */
  disturbed(): void {
    this.#calmSince = null
  }

  end(state: 'over' | 'cut-off', moment: Moment): void {
    this.#state = state
    this.#ended = moment
    for (const { status, since } of this.#members.values()) {
      if (status === 'back') this.#firstFrameMs = Math.max(this.#firstFrameMs ?? 0, since.atMs)
    }
  }

  row(): Incident {
    const { missed, refilled, lost } = this.trades.sum()
    const isOver = this.#state === 'over' && this.#firstFrameMs !== null
    const recoverMs = (this.#ended?.monotonicMs ?? 0) - this.#began.monotonicMs
    return {
      id: this.id,
      kind: this.#kind,
      state: this.#state,
      venue: this.#venue,
      ...this.#cause,
      beganMs: this.#began.atMs,
      endedMs: this.#ended?.atMs ?? null,
      recoverMs: isOver ? Math.round(recoverMs) : null,
      connections: [...this.#members.keys()].slice(0, mostNamedInIncident),
      connectionCount: this.#members.size,
      instruments: [...this.#instruments].sort().slice(0, mostNamedInIncident),
      instrumentCount: this.#instruments.size,
      attempts: this.#attempts,
      lastFrameMs: this.#earliestFrameMs(),
      firstFrameMs: this.#firstFrameMs,
      missedTrades: missed,
      refilledTrades: refilled,
      lostTrades: lost
    }
  }

  #earliestFrameMs(): number | null {
    let earliest = this.#lastFrameMs
    for (const { lastFrameMs } of this.#members.values()) {
      if (lastFrameMs !== null) earliest = Math.min(earliest ?? lastFrameMs, lastFrameMs)
    }
    return earliest
  }
}

function momentOf({ atMs, monotonicMs }: Moment): Moment {
  return { atMs, monotonicMs }
}
