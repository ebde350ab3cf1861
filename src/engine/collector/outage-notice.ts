import type { Outage } from './breaker.ts'
import type { Log } from './log.ts'

/** Tells of the outages of one venue: each once, whatever the number of connections, and its end. */
export class OutageNotice {
  readonly #venue: { readonly id: string; readonly name: string }
  readonly #log: Log
  #told: Outage | null = null

  constructor(venue: { readonly id: string; readonly name: string }, log: Log) {
    this.#venue = venue
    this.#log = log
  }

  /** Logs what changed since the last call; what only goes on is not repeated. */
  follow(outage: Outage | null, nowMs: number): void {
    const told = this.#told
    if (outage?.reason === told?.reason) return
    this.#told = outage
    const venue = this.#venue.id
    if (outage === null) {
      const forMs = told === null ? 0 : Math.round(nowMs - told.sinceMs)
      this.#log.info('venue-back', { venue, forMs })
      return
    }
    this.#log.warn('venue-held-back', { venue, reason: outage.reason, text: outage.text })
  }

  /** What is wrong with the venue now, in one sentence; null when nothing is. */
  sentence(outage: Outage | null, isOffline: boolean): string | null {
    const { name } = this.#venue
    if (outage === null) return null
    if (isOffline) return 'offline: no venue can be reached'
    if (outage.reason === 'rate') return `${name} wants a pause: ${outage.text}`
    if (outage.reason === 'maintenance') return `${name} is in maintenance: ${outage.text}`
    return outage.isDown
      ? `${name} cannot be reached: ${outage.text}`
      : `${name} lets nobody in: ${outage.text}`
  }
}
