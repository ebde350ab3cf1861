import type { ConnectionState } from '../../contracts/shapes.ts'
import type { ConnectionRow } from '../../contracts/state-rows.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { CloseCause } from './close-cause.ts'
import { ConnectionPhase } from './connection-phase.ts'
import { describeConnection } from './connection-row.ts'
import { Journal } from './journal.ts'
import type { Link } from './link.ts'
import type { LinkContext } from './link-options.ts'
import type { Traffic } from './traffic.ts'

/** How a connection's link ended, as its story keeps it. */
export type StoryEnd = {
  readonly cause: CloseCause
  /** It was our wish. */
  readonly isPlanned: boolean
  readonly healthyMs: number
}

export type ConnectionStoryOptions = {
  readonly id: string
  readonly context: LinkContext
  readonly traffic: Traffic
  /** Those the connection is to carry now. */
  instruments(): readonly Instrument[]
  /** Losses in a row. */
  attempt(): number
  /** State or log changed. */
  onChanged(connection: string): void
}

/** What became of one connection: its state now, what led there, and the figures that outlive its links. */
export class ConnectionStory {
  readonly #options: ConnectionStoryOptions
  readonly #phase: ConnectionPhase
  readonly #journal: Journal
  /** Leads to the next change of state. */
  #end: StoryEnd | null = null
  #reconnects = 0
  #hasBeenLive = false
  #lastDataMs: number | null = null
  #lastHeartbeatMs: number | null = null

  constructor(options: ConnectionStoryOptions) {
    this.#options = options
    this.#journal = new Journal(options.context.clock)
    this.#phase = new ConnectionPhase(options.id, options.context.clock)
  }

  get state(): ConnectionState {
    return this.#phase.state
  }

  get reason(): string | null {
    return this.#phase.reason
  }

  /** @throws InvariantError where no edge leads there. */
  enter(state: ConnectionState, reason: string | null): void {
    const from = this.state
    if (!this.#phase.enter(state, reason)) return
    if (state === 'live') this.#hasBeenLive = true
    const { id, context } = this.#options
    context.log.info('connection-state', { connection: id, from, to: state, reason })
    this.#tell(from)
    this.note(reason === null ? state : `${state} (${reason})`)
  }

  note(text: string): void {
    this.#journal.note(text)
    this.#options.onChanged(this.#options.id)
  }

  /** The present link ended; what is entered next follows from it. */
  ended(end: StoryEnd): void {
    const { class: kind, code, text } = end.cause
    const { id, context } = this.#options
    this.#end = end
    this.#journal.close(end.cause)
    this.#options.onChanged(id)
    const fields = { connection: id, class: kind, code, text, attempt: this.#options.attempt() }
    context.log[end.isPlanned ? 'info' : 'warn']('connection-ended', fields)
  }

  /** Counts a reconnect for a link that was live. */
  lost(): void {
    if (this.#hasBeenLive) this.#reconnects += 1
    this.#hasBeenLive = false
  }

  /** Keeps what is to be shown of a link when it is gone. */
  keepTimes(link: Link): void {
    this.#lastDataMs = link.lastDataMs ?? this.#lastDataMs
    this.#lastHeartbeatMs = link.lastHeartbeatMs ?? this.#lastHeartbeatMs
  }

  row(now: {
    readonly link: Link | null
    readonly liveInstruments: number
    readonly nextAttemptMs: number | null
  }): ConnectionRow {
    const { id, context, traffic } = this.#options
    const instruments = this.#options.instruments()
    return describeConnection(
      { phase: this.#phase, traffic, journal: this.#journal, instruments },
      {
        id,
        venue: context.venue.id,
        liveInstruments: now.liveInstruments,
        lastDataMs: now.link?.lastDataMs ?? this.#lastDataMs,
        lastHeartbeatMs: now.link?.lastHeartbeatMs ?? this.#lastHeartbeatMs,
        reconnects: this.#reconnects,
        attempt: this.#options.attempt(),
        nextAttemptMs: now.nextAttemptMs
      }
    )
  }

  #tell(from: ConnectionState): void {
    const end = this.#end
    this.#end = null
    const { id, context } = this.#options
    context.onTransition?.({
      connection: id,
      venue: context.venue.id,
      instruments: this.#options.instruments().map((each) => each.id),
      from,
      to: this.#phase.state,
      reason: this.#phase.reason,
      cause: end?.cause ?? null,
      isPlanned: end?.isPlanned ?? false,
      healthyMs: end?.healthyMs ?? null,
      lastDataMs: this.#lastDataMs,
      atMs: context.clock.nowMs(),
      monotonicMs: context.clock.monotonicMs(),
      attempt: this.#options.attempt()
    })
  }
}
