import type { WaitingReason } from '../../contracts/shapes.ts'
import type { CloseCause } from './close-cause.ts'

/** The right to try one connection; its holder says how it went. */
export type ConnectTicket = {
  opened(): void
  /** Once, opened or not. Null: on purpose, or nothing was tried; else how it was lost. */
  ended(loss: CloseCause | null): void
}

/** Why a connection has to wait, and when the venue is asked next: epoch ms of the run clock, null for just now or unknown. */
export type Hold = {
  readonly reason: Extract<WaitingReason, 'rate' | 'breaker' | 'offline' | 'maintenance'>
  readonly nextMs: number | null
}

/** Who wants to connect. */
export type Asker = {
  readonly connection: string
  /** The lowest goes first, be it later to ask; of equals the first to ask. */
  readonly rank: number
  admitted(ticket: ConnectTicket): void
  /** Why it has to wait, and each time that changes. */
  held?(hold: Hold): void
}

/** A place in the queue for a ticket; cancelling it does nothing once admitted. */
export type Admission = { cancel(): void }

/** Those who wait to connect to one venue, by rank; each knows why, and hears when that changes. */
export class ConnectQueue {
  #askers: Asker[] = []
  #told: Hold | null = null

  get isEmpty(): boolean {
    return this.#askers.length === 0
  }

  has(asker: Asker): boolean {
    return this.#askers.includes(asker)
  }

  add(asker: Asker): void {
    const at = this.#askers.findIndex(({ rank }) => rank > asker.rank)
    this.#askers.splice(at < 0 ? this.#askers.length : at, 0, asker)
  }

  remove(asker: Asker): void {
    this.#askers = this.#askers.filter((other) => other !== asker)
  }

  /** The one whose turn it is, who waits no more; null when nobody waits. */
  take(): Asker | null {
    return this.#askers.shift() ?? null
  }

  clear(): void {
    this.#askers = []
  }

  /** Tells all why they wait, unless they were told the same. */
  tell(hold: Hold): void {
    const told = this.#told
    if (told !== null && told.reason === hold.reason && isNear(told.nextMs, hold.nextMs)) return
    this.#told = hold
    for (const asker of [...this.#askers]) asker.held?.(hold)
  }
}

function isNear(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) < 100
}
