/**
 * States of a connection.
 *
 *   waiting(reason) ─▶ connecting ─▶ subscribing ─▶ live ⇄ stalled
 *      ▲    ▲             │              │           │       │
 *      │    └─────────────┴──────────────┴───────────┴───────┘   the socket ended
 *      └─ draining ◀── on purpose: market closed, stop, rotation without overlap ─▶ closed
 *
 *   live ─▶ draining(handover) ─▶ live: two links carry the instruments, then the new one alone, or the
 *   old one again where the new one failed.
 *   failed: needs a person; looked at again every ten minutes.
 */
import type { ConnectionState, WaitingReason } from '../../contracts/shapes.ts'
import { invariant } from '../../core/invariant.ts'
import type { Clock } from './clock.ts'

const edges: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  waiting: ['waiting', 'connecting', 'closed'],
  connecting: ['subscribing', 'waiting', 'failed', 'closed'],
  subscribing: ['live', 'stalled', 'waiting', 'draining', 'failed', 'closed'],
  live: ['stalled', 'waiting', 'draining', 'failed', 'closed'],
  stalled: ['live', 'waiting', 'draining', 'closed'],
  draining: ['live', 'waiting', 'closed'],
  failed: ['waiting', 'closed'],
  closed: []
}

/** Where a connection is in its life, since when, and since when it is down. Epoch ms of the run clock. */
export class ConnectionPhase {
  readonly #connection: string
  readonly #clock: Clock
  #state: ConnectionState = 'waiting'
  #reason: string | null = 'rate' satisfies WaitingReason
  #sinceMs: number
  #downSinceMs: number | null

  constructor(connection: string, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
    this.#sinceMs = clock.nowMs()
    this.#downSinceMs = this.#sinceMs
  }

  get state(): ConnectionState {
    return this.#state
  }

  get reason(): string | null {
    return this.#reason
  }

  get sinceMs(): number {
    return this.#sinceMs
  }

  /** The end of its last good time, over all tries since; null while it is fine, or rests on purpose. */
  get downSinceMs(): number | null {
    return this.#downSinceMs
  }

  /** False when it is there already, for the same reason. @throws InvariantError where no edge leads. */
  enter(state: ConnectionState, reason: string | null): boolean {
    const from = this.#state
    if (from === state && this.#reason === reason) return false
    invariant(edges[from].includes(state), `${this.#connection}: no edge from ${from} to ${state}`)
    this.#state = state
    this.#reason = reason
    this.#sinceMs = this.#clock.nowMs()
    const isFine = state === 'live' || state === 'draining' || reason === 'market'
    this.#downSinceMs = isFine ? null : (this.#downSinceMs ?? this.#sinceMs)
    return true
  }
}
