import type { LogLevel } from '../contracts/engine-protocol.ts'
import type { Incident } from '../contracts/incident.ts'
import type { LogFields } from '../contracts/log-limit.ts'
import type { StatePublisher } from '../contracts/state-publisher.ts'
import type { Query, QueryResult } from '../contracts/state-stream.ts'
import type { LedgerChanges } from '../core/market/ledger/ledger-changes.ts'
import type { Clock } from './collector/clock.ts'
import type { ConnectionTransition } from './collector/connection-transition.ts'
import { IncidentBook, mostIncidents } from './health/incident-book.ts'
import type { StoreReader, StoreWriter } from './storage/store.ts'

/** Rows of the state stream's table. */
const mostShown = 50
/** An open incident is stored again at most so often; its beginning and end at once. */
const storeMs = 10_000

/** Lines about one connection that say nothing more than its incident does. */
const coveredEvents: ReadonlySet<string> = new Set([
  'connection-state',
  'connection-ended',
  'connection-suspected'
])

type Parts = {
  readonly clock: Clock
  readonly publisher: StatePublisher
  readonly writer: Pick<StoreWriter, 'run' | 'putIncident' | 'dropIncident'>
  readonly reader: Pick<StoreReader, 'incidents'>
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void
}

type IncidentQuery = Extract<Query, { name: 'incidents' }>

/** Keeps the incidents of a run: shows, stores and logs them, and answers for those before. */
export class IncidentDesk {
  readonly #parts: Parts
  readonly #book: IncidentBook
  /** What was last stored of the open ones, and when. */
  readonly #stored = new Map<string, number>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#book = new IncidentBook({
      run: parts.writer.run.run,
      listener: {
        began: (incident) => this.#began(incident),
        changed: (incident) => this.#changed(incident),
        ended: (incident, suppressed) => this.#ended(incident, suppressed),
        gone: (id) => this.#gone(id)
      }
    })
  }

  /** Takes over what the store knows. An engine that was not stopped in order is an incident itself. */
  async recall(): Promise<void> {
    const { reader, writer, clock } = this.#parts
    const everything = { venue: null, fromMs: null, toMs: null }
    const stored = await reader.incidents({ ...everything, limit: mostIncidents })
    const cutOff = this.#book.recall(stored, writer.run, momentOf(clock))
    for (const incident of cutOff) writer.putIncident(incident)
    this.#show()
  }

  take(transition: ConnectionTransition): void {
    this.#book.take(transition)
  }

  takeGaps(changes: LedgerChanges): void {
    this.#book.takeGaps(changes)
  }

  /** Called every second. */
  tick(): void {
    const { publisher, clock } = this.#parts
    this.#book.tick(momentOf(clock), publisher.rows('connections'))
  }

  /** The engine stops in order. */
  stop(): void {
    this.#book.stop(momentOf(this.#parts.clock))
  }

  /** How a line of a collector is to be written: what an incident tells already is a detail. */
  levelOf(level: LogLevel, event: string, fields: LogFields): LogLevel {
    if (level === 'debug' || level === 'error' || !coveredEvents.has(event)) return level
    const connection = fields['connection']
    if (typeof connection !== 'string' || !this.#book.covers(connection)) return level
    this.#book.suppress(connection)
    return 'debug'
  }

  /** By their beginning, oldest first: what is stored, as memory knows it. */
  async answer({ name, ...query }: IncidentQuery): Promise<QueryResult> {
    const stored = await this.#parts.reader.incidents(query)
    const merged = new Map(stored.map((incident) => [incident.id, incident]))
    for (const incident of this.#book.incidents()) {
      if (isAsked(incident, query)) merged.set(incident.id, incident)
      else merged.delete(incident.id)
    }
    const sorted = [...merged.values()].sort((a, b) => a.beganMs - b.beganMs)
    return { name, incidents: sorted.slice(-query.limit) }
  }

  #began(incident: Incident): void {
    this.#parts.log('warn', 'incident-began', {
      ...nameOf(incident),
      text: incident.causeText,
      code: incident.causeCode,
      connections: incident.connectionCount,
      instruments: incident.instrumentCount
    })
    this.#store(incident)
  }

  #changed(incident: Incident): void {
    this.#parts.publisher.put('incidents', incident)
    this.#dropOldest()
    const storedMs = this.#stored.get(incident.id) ?? -Infinity
    const isDue = this.#parts.clock.monotonicMs() - storedMs >= storeMs
    if (isDue || incident.state !== 'open') this.#store(incident)
  }

  #ended(incident: Incident, suppressed: number): void {
    const { recoverMs, connectionCount, instrumentCount, attempts } = incident
    const { lastFrameMs, firstFrameMs, missedTrades, refilledTrades, lostTrades } = incident
    this.#parts.log('info', 'incident-ended', {
      ...nameOf(incident),
      state: incident.state,
      recoverMs,
      connections: connectionCount,
      instruments: instrumentCount,
      attempts,
      lastFrameMs,
      firstFrameMs,
      missedTrades,
      refilledTrades,
      lostTrades,
      linesLeftOut: suppressed
    })
  }

  #gone(id: string): void {
    this.#stored.delete(id)
    this.#parts.writer.dropIncident(id)
    this.#parts.publisher.remove('incidents', id)
  }

  #store(incident: Incident): void {
    this.#parts.writer.putIncident(incident)
    if (incident.state === 'open') {
      this.#stored.set(incident.id, this.#parts.clock.monotonicMs())
    } else this.#stored.delete(incident.id)
  }

  #show(): void {
    for (const incident of this.#book.incidents().slice(0, mostShown)) {
      this.#parts.publisher.put('incidents', incident)
    }
  }

  #dropOldest(): void {
    const { publisher } = this.#parts
    const shown = [...publisher.rows('incidents')]
    if (shown.length <= mostShown) return
    const sorted = shown.sort((a, b) => rankOf(b) - rankOf(a))
    for (const { id } of sorted.slice(mostShown)) publisher.remove('incidents', id)
  }
}

/** Open ones stay in sight. */
function rankOf({ state, beganMs }: Incident): number {
  return state === 'open' ? Infinity : beganMs
}

function nameOf({ id, kind, venue, causeClass }: Incident): LogFields {
  return { incident: id, kind, venue, cause: causeClass }
}

function isAsked(incident: Incident, query: Omit<IncidentQuery, 'name'>): boolean {
  const { venue, fromMs, toMs } = query
  const isOfVenue = venue === null || incident.venue === null || incident.venue === venue
  const isBefore = incident.beganMs < (toMs ?? Infinity)
  return isOfVenue && isBefore && (incident.endedMs ?? Infinity) >= (fromMs ?? -Infinity)
}

function momentOf(clock: Clock): { readonly atMs: number; readonly monotonicMs: number } {
  return { atMs: clock.nowMs(), monotonicMs: clock.monotonicMs() }
}
