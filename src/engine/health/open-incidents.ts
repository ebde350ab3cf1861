import type { Incident } from '../../contracts/incident.ts'
import type { ConnectionChange, LossScope } from './connection-sign.ts'
import type { IncidentBeginning, RunningIncident } from './running-incident.ts'

export type OpenIncidentsOptions = {
  begin(beginning: Omit<IncidentBeginning, 'id'>): RunningIncident
  /** It is a part of another one now. */
  merged(part: RunningIncident): void
}

/**
 * Incidents that are not over: one for each venue that lost something, and one for all of them while
 * nothing can be reached.
 */
export class OpenIncidents {
  readonly #options: OpenIncidentsOptions
  readonly #byVenue = new Map<string, RunningIncident>()

  constructor(options: OpenIncidentsOptions) {
    this.#options = options
  }

  find(venue: string): RunningIncident | null {
    return this.#byVenue.get(venue) ?? null
  }

  /** Each once. */
  all(): ReadonlySet<RunningIncident> {
    return new Set(this.#byVenue.values())
  }

  close(incident: RunningIncident): void {
    for (const [venue, open] of this.#byVenue) {
      if (open === incident) this.#byVenue.delete(venue)
    }
  }

  /** @returns The incident that takes a loss in. */
  take(change: ConnectionChange, scope: LossScope): RunningIncident {
    const incident = scope === 'offline' ? this.#offline(change) : this.#ofVenue(change, scope)
    incident.lost(change)
    this.#byVenue.set(change.venue, incident)
    return incident
  }

  #ofVenue(change: ConnectionChange, scope: 'connections' | 'venue'): RunningIncident {
    const { venue, reason } = change
    const cause = causeOf(change, scope)
    const current = this.find(venue)
    if (current === null) return this.#begin(change, { kind: scope, venue, cause })
    if (scope === 'venue' && current.kind === 'connections') {
      current.widen('venue', reason === 'maintenance' ? cause : current.cause)
    }
    return current
  }

  #offline(change: ConnectionChange): RunningIncident {
    const current = this.find(change.venue)
    if (current?.kind === 'offline') return current
    const shared = [...this.all()].find(({ kind }) => kind === 'offline')
    if (shared !== undefined) {
      if (current !== null) this.#merge(current, shared)
      return shared
    }
    const cause = causeOf(change, 'offline')
    if (current === null) return this.#begin(change, { kind: 'offline', venue: null, cause })
    current.widen('offline', cause)
    return current
  }

  #merge(part: RunningIncident, whole: RunningIncident): void {
    whole.absorb(part)
    this.close(part)
    this.#options.merged(part)
  }

  #begin(
    moment: ConnectionChange,
    about: Pick<IncidentBeginning, 'kind' | 'venue' | 'cause'>
  ): RunningIncident {
    return this.#options.begin({ ...about, moment, lastFrameMs: null })
  }
}

function causeOf(
  { cause, reason, to }: ConnectionChange,
  scope: LossScope
): Pick<Incident, 'causeClass' | 'causeText' | 'causeCode'> {
  const causeText = cause?.text ?? reason ?? to
  const causeCode = cause?.code ?? null
  if (scope === 'offline') return { causeClass: 'offline', causeText, causeCode }
  if (scope === 'venue' && (cause === null || reason === 'maintenance')) {
    return { causeClass: reason ?? 'breaker', causeText, causeCode }
  }
  return { causeClass: cause?.class ?? (to === 'stalled' ? 'silence' : to), causeText, causeCode }
}
