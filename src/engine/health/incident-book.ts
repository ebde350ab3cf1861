import type { Incident } from '../../contracts/incident.ts'
import type { ConnectionRow } from '../../contracts/state-rows.ts'
import type { LedgerChanges } from '../../core/market/ledger/ledger-changes.ts'
import { judgeChange, type ConnectionChange } from './connection-sign.ts'
import { chargeGaps } from './incident-cost.ts'
import { OpenIncidents } from './open-incidents.ts'
import { RunningIncident, type IncidentBeginning, type Moment } from './running-incident.ts'

/** All connections must be back for so long before an incident is over: what flaps is one outage. */
const calmMs = 5_000
/** What it cost is told when its gaps are settled: not before the first, not after the second. */
const leastTellMs = 10_000
const mostTellMs = 60_000
/** Gaps that are settled later than this after the end are counted no more. */
const followMs = 600_000
/** Incidents remembered. */
export const mostIncidents = 200

/** What is told of incidents. None of these may throw. */
export type IncidentListener = {
  /** Once each, within a second of its beginning, so that whoever is lost at once is in it. */
  readonly began: (incident: Incident) => void
  /** A new one, or one that says something new; at most once a second each. */
  readonly changed: (incident: Incident) => void
  /** Once each, when it is known what it cost, a minute after its end at the latest. */
  readonly ended: (incident: Incident, suppressed: number) => void
  /** It turned out to be a part of another one, which tells of it from now on. */
  readonly gone: (id: string) => void
}

type Parts = {
  /** Number of the engine's run; names the incidents. */
  readonly run: number
  readonly listener: IncidentListener
}

/** How the run before ended. */
export type RunBefore = {
  readonly isUncleanStart: boolean
  /** Run clock at the last sign of it; null where there was none. */
  readonly lastSeenMs: number | null
}

type Line = Pick<ConnectionRow, 'id' | 'state' | 'reason' | 'instruments'>

/**
 * Makes one incident of all that is lost of a venue until it is back: begins with the first loss, takes
 * in each further one, and is over when all of its connections have been back for five seconds.
 * Losses of all venues, when nothing can be reached, are one incident too.
 */
export class IncidentBook {
  readonly #parts: Parts
  readonly #open: OpenIncidents
  #engine: RunningIncident | null = null
  /** Over, their gaps still followed; oldest first. */
  #settling: RunningIncident[] = []
  /** Changes no more; newest first. */
  #past: readonly Incident[] = []
  readonly #venues = new Map<string, string>()
  readonly #begun = new Set<RunningIncident>()
  readonly #untold = new Set<RunningIncident>()
  readonly #changed = new Set<RunningIncident>()
  #last = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#open = new OpenIncidents({
      begin: (beginning) => this.#begin(beginning),
      merged: (part) => this.#merged(part)
    })
  }

  /** Newest first, at most 200. */
  incidents(): readonly Incident[] {
    const rows = [...this.#running()].map((incident) => incident.row())
    return [...rows, ...this.#past].sort((a, b) => b.beganMs - a.beganMs).slice(0, mostIncidents)
  }

  /**
   * Takes over what the runs before knew, in any order. Where the last one was not ended in order, that is
   * one incident until all is collected again, however often the engine ends meanwhile.
   *
   * @returns Those that no engine saw the end of, as they are now.
   */
  recall(stored: readonly Incident[], before: RunBefore, now: Moment): readonly Incident[] {
    const { isUncleanStart, lastSeenMs } = before
    const crash = isUncleanStart ? (stored.find(isOpenCrash) ?? null) : null
    if (crash !== null) this.#parts.listener.gone(crash.id)
    const kept = stored.filter((incident) => incident !== crash)
    const cutOff = kept
      .filter(({ state }) => state === 'open')
      .map((incident) => cutOffAt(incident, lastSeenMs ?? now.atMs))
    const known = new Map([...kept, ...cutOff].map((incident) => [incident.id, incident]))
    this.#past = [...known.values()].sort((a, b) => b.beganMs - a.beganMs).slice(0, mostIncidents)
    if (isUncleanStart) {
      const sinceMs = Math.min(crash?.beganMs ?? now.atMs, lastSeenMs ?? now.atMs, now.atMs)
      this.#engineEnded(sinceMs, crash?.lastFrameMs ?? lastSeenMs, now)
    }
    return cutOff
  }

  /** Takes note of a change of a connection's state. */
  take(change: ConnectionChange): void {
    const { connection, venue } = change
    this.#venues.set(connection, venue)
    const sign = judgeChange(change)
    const current = this.#open.find(venue)
    switch (sign.kind) {
      case 'lost':
        this.#changed.add(this.#open.take(change, sign.scope))
        return
      case 'tried':
        if (current?.tried(connection) === true) this.#changed.add(current)
        return
      case 'back':
      case 'resting':
        if (current?.left(connection, sign.kind, change) === true) this.#changed.add(current)
        if (change.to === 'closed') this.#venues.delete(connection)
        return
      case 'unmoved':
        return
    }
  }

  /** Takes note of what the ledger changed. */
  takeGaps(changes: Pick<LedgerChanges, 'gaps' | 'replaced'>): void {
    if (changes.gaps.length === 0 && changes.replaced.length === 0) return
    for (const incident of chargeGaps(changes, this.#running())) this.#changed.add(incident)
  }

  /** Whether lines about a connection are a part of what its incident tells. */
  covers(connection: string): boolean {
    return this.#covering(connection) !== null
  }

  /** Counts a line that was not written for its incident. */
  suppress(connection: string): void {
    const incident = this.#covering(connection)
    if (incident !== null) incident.suppressed += 1
  }

  /**
   * Ends what is over and tells what is new; called every second.
   *
   * @param connections All there are.
   */
  tick(now: Moment, connections: Iterable<Line>): void {
    for (const incident of this.#open.all()) {
      const quiet = incident.quietSince()
      if (quiet !== null && now.monotonicMs - quiet.monotonicMs >= calmMs) {
        this.#end(incident, 'over', quiet)
      }
    }
    this.#followEngine(now, [...connections])
    this.#tellNew(now)
    this.#settle(now)
  }

  /** The engine ends in order: what is open stays unfinished. */
  stop(now: Moment): void {
    for (const incident of [...this.#open.all(), this.#engine]) {
      if (incident !== null) this.#end(incident, 'cut-off', now)
    }
    this.#tellNew(now)
    for (const incident of this.#settling.splice(0)) this.#tellEnd(incident)
  }

  #engineEnded(atMs: number, lastFrameMs: number | null, now: Moment): void {
    this.#engine = this.#begin({
      kind: 'engine',
      venue: null,
      cause: {
        causeClass: 'engine',
        causeText: 'the engine ended without being asked to',
        causeCode: null
      },
      moment: { atMs, monotonicMs: now.monotonicMs - (now.atMs - atMs) },
      lastFrameMs
    })
  }

  #merged(part: RunningIncident): void {
    this.#changed.delete(part)
    if (!this.#begun.delete(part)) this.#parts.listener.gone(part.id)
  }

  #begin(beginning: Omit<IncidentBeginning, 'id'>): RunningIncident {
    this.#last += 1
    const { atMs, monotonicMs } = beginning.moment
    const incident = new RunningIncident({
      ...beginning,
      id: `${this.#parts.run}-${this.#last}`,
      moment: { atMs, monotonicMs }
    })
    this.#begun.add(incident)
    this.#changed.add(incident)
    return incident
  }

  /** Its end is when every connection carries, is not meant to, or is lost on an account of its own. */
  #followEngine(now: Moment, connections: readonly Line[]): void {
    const incident = this.#engine
    if (incident === null || connections.length === 0) return
    if (!connections.every((line) => this.#isSettled(line))) {
      incident.disturbed()
      return
    }
    const since = incident.calmed(now)
    if (now.monotonicMs - since.monotonicMs < calmMs) return
    for (const { id, instruments } of connections) incident.include(id, instruments, since)
    this.#end(incident, 'over', since)
  }

  #isSettled({ id, state, reason }: Line): boolean {
    if (state === 'live' || state === 'draining' || state === 'closed') return true
    if (state === 'waiting' && (reason === 'market' || reason === 'paused')) return true
    return this.#ofVenue(id) !== null
  }

  #end(incident: RunningIncident, state: 'over' | 'cut-off', moment: Moment): void {
    incident.end(state, moment)
    this.#open.close(incident)
    if (this.#engine === incident) this.#engine = null
    this.#settling.push(incident)
    this.#untold.add(incident)
    this.#changed.add(incident)
  }

  #tellNew(now: Moment): void {
    const { listener } = this.#parts
    for (const incident of this.#begun) {
      this.#begun.delete(incident)
      listener.began(incident.row())
    }
    for (const incident of this.#changed) listener.changed(incident.row())
    this.#changed.clear()
    for (const incident of this.#untold) {
      const sinceMs = now.monotonicMs - (incident.ended?.monotonicMs ?? now.monotonicMs)
      const isKnown = incident.trades.open === 0 ? leastTellMs : mostTellMs
      if (sinceMs >= isKnown) this.#tellEnd(incident)
    }
  }

  #tellEnd(incident: RunningIncident): void {
    if (!this.#untold.delete(incident)) return
    this.#parts.listener.ended(incident.row(), incident.suppressed)
  }

  #settle(now: Moment): void {
    const isDone = (incident: RunningIncident, place: number) => {
      const sinceMs = now.monotonicMs - (incident.ended?.monotonicMs ?? 0)
      return sinceMs >= followMs || place < this.#settling.length - mostIncidents
    }
    const done = this.#settling.filter(isDone)
    if (done.length === 0) return
    this.#settling = this.#settling.filter((incident) => !done.includes(incident))
    for (const incident of done) {
      this.#tellEnd(incident)
      incident.trades.settle()
    }
    const rows = done.map((incident) => incident.row()).reverse()
    this.#past = [...rows, ...this.#past].slice(0, mostIncidents)
  }

  /** While all is being collected again, that is what any connection tells. */
  #covering(connection: string): RunningIncident | null {
    return this.#ofVenue(connection) ?? this.#engine
  }

  #ofVenue(connection: string): RunningIncident | null {
    const venue = this.#venues.get(connection)
    return venue === undefined ? null : this.#open.find(venue)
  }

  /** Those that may still change, each once. */
  #running(): ReadonlySet<RunningIncident> {
    const engine = this.#engine === null ? [] : [this.#engine]
    return new Set([...this.#open.all(), ...engine, ...this.#settling])
  }
}

function isOpenCrash({ kind, state }: Incident): boolean {
  return kind === 'engine' && state === 'open'
}

function cutOffAt(incident: Incident, atMs: number): Incident {
  return { ...incident, state: 'cut-off', endedMs: Math.max(incident.beganMs, atMs) }
}
