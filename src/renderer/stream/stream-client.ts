/**
 * States of the link: `connecting` (opened, or on its way; no snapshot yet) → `live` → `lost`
 * (waiting for the next try) → `connecting` … Only `live` may be shown as live.
 */
import {
  streamProtocol,
  type ClientMessage,
  type Delta,
  type MessageLink,
  type Query,
  type QueryResult,
  type Series,
  type ServerMessage,
  type Snapshot
} from '../../contracts/state-stream.ts'
import { QueryDesk, QueryError } from './query-desk.ts'
import type { WallClock } from './run-clock.ts'
import { SeriesBoard, type CandleListener } from './series-board.ts'
import { applyDelta, applySnapshot, createStateCopy, type StateCopy } from './state-copy.ts'

export type StreamLink = MessageLink<ClientMessage, ServerMessage>
/** Opens a new link; rejects when the other end cannot be reached. */
export type OpenLink = (signal: AbortSignal) => Promise<StreamLink>

export type LinkStatus =
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly attempt: number; readonly nextAttemptMs: number }

/** Silence after which the client asks for a snapshot to see whether anyone is there. */
export const askAfterSilenceMs = 5_000
/** Silence after which the link counts as dead. */
export const deadAfterSilenceMs = 10_000
const backoffMs = [250, 500, 1_000, 2_000, 5_000] as const

/** Keeps a copy of the engine's state over a link that may break at any time. */
export class StreamClient {
  readonly state: StateCopy = createStateCopy()
  readonly #openLink: OpenLink
  readonly #clock: WallClock
  readonly #queries = new QueryDesk()
  readonly #board = new SeriesBoard()
  readonly #statusListeners = new Set<() => void>()
  readonly #snapshotListeners = new Set<() => void>()
  #status: LinkStatus = { kind: 'connecting', attempt: 0 }
  #link: StreamLink | null = null
  #opening: AbortController | null = null
  #lastSequence: number | null = null
  #lastHeardMs = 0
  #lastFrameMs: number | null = null
  #asked = false
  #failures = 0
  #closed = false

  constructor(openLink: OpenLink, clock: WallClock) {
    this.#openLink = openLink
    this.#clock = clock
  }

  get status(): LinkStatus {
    return this.#status
  }

  /** Wall clock at which the last snapshot or delta was applied; null before the first. */
  get lastFrameMs(): number | null {
    return this.#lastFrameMs
  }

  start(): void {
    this.#connect()
  }

  /** Looks at the clock: retries, notices silence, ends overdue queries. Call a few times a second. */
  beat(): void {
    const nowMs = this.#clock()
    this.#queries.expire(nowMs)
    if (this.#status.kind === 'lost' && nowMs >= this.#status.nextAttemptMs) this.#connect()
    else if (this.#status.kind !== 'lost') this.#checkSilence(nowMs)
  }

  /** Tries now instead of waiting for the next turn. */
  retryNow(): void {
    if (this.#status.kind === 'lost') this.#connect()
  }

  /** Skips the backoff of one of the engine's connections. */
  retryConnection(connection: string): void {
    this.#link?.send({ kind: 'retry', connection })
  }

  onStatus(listener: () => void): () => void {
    this.#statusListeners.add(listener)
    return () => this.#statusListeners.delete(listener)
  }

  /** Called after each snapshot: candle events may have been missed before it. */
  onSnapshot(listener: () => void): () => void {
    this.#snapshotListeners.add(listener)
    return () => this.#snapshotListeners.delete(listener)
  }

  watch(series: Series, listener: CandleListener): () => void {
    if (this.#board.add(series, listener)) this.#sendWatchList()
    return () => {
      if (this.#board.remove(series, listener)) this.#sendWatchList()
    }
  }

  query(query: Query): Promise<QueryResult> {
    const link = this.#link
    if (link === null || this.#status.kind !== 'live') {
      return Promise.reject(new QueryError('link-lost', 'there is no link to the engine'))
    }
    return this.#queries.ask(query, this.#clock(), (requestId) => {
      link.send({ kind: 'query', requestId, query })
    })
  }

  close(): void {
    this.#closed = true
    this.#opening?.abort()
    const link = this.#link
    this.#link = null
    link?.close()
    this.#queries.rejectAll()
  }

  #connect(): void {
    const opening = new AbortController()
    this.#opening = opening
    this.#lastHeardMs = this.#clock()
    this.#asked = false
    this.#setStatus({ kind: 'connecting', attempt: this.#failures })
    this.#openLink(opening.signal).then(
      (link) => {
        if (this.#opening === opening && !this.#closed) this.#adopt(link)
        else link.close()
      },
      () => {
        if (this.#opening === opening) this.#lose()
      }
    )
  }

  #adopt(link: StreamLink): void {
    this.#link = link
    this.#lastSequence = null
    this.#lastHeardMs = this.#clock()
    link.onMessage((message) => {
      if (this.#link === link) this.#receive(link, message)
    })
    link.onClose(() => {
      if (this.#link === link) this.#lose()
    })
    link.send({ kind: 'hello', protocol: streamProtocol })
    if (this.#board.series().length > 0) this.#sendWatchList()
  }

  #lose(): void {
    if (this.#closed) return
    const link = this.#link
    this.#link = null
    this.#opening?.abort()
    this.#opening = null
    link?.close()
    const delayMs = backoffMs[Math.min(this.#failures, backoffMs.length - 1)] ?? 5_000
    this.#failures += 1
    this.#setStatus({
      kind: 'lost',
      attempt: this.#failures,
      nextAttemptMs: this.#clock() + delayMs
    })
    this.#queries.rejectAll()
  }

  #checkSilence(nowMs: number): void {
    const silentMs = nowMs - this.#lastHeardMs
    if (silentMs >= deadAfterSilenceMs) this.#lose()
    else if (silentMs >= askAfterSilenceMs && !this.#asked && this.#link !== null) this.#askAgain()
  }

  #askAgain(): void {
    this.#asked = true
    this.#link?.send({ kind: 'resync' })
  }

  #receive(link: StreamLink, message: ServerMessage): void {
    this.#lastHeardMs = this.#clock()
    switch (message.kind) {
      case 'snapshot':
        this.#applySnapshot(link, message)
        return
      case 'delta':
        this.#applyDelta(link, message)
        return
      case 'reply':
        this.#queries.answer(message)
        return
      case 'refused':
        return
    }
  }

  #applySnapshot(link: StreamLink, snapshot: Snapshot): void {
    this.#lastSequence = snapshot.sequence
    this.#lastFrameMs = this.#clock()
    this.#asked = false
    this.#failures = 0
    applySnapshot(this.state, snapshot)
    link.send({ kind: 'ack', sequence: snapshot.sequence })
    this.#setStatus({ kind: 'live' })
    for (const listener of [...this.#snapshotListeners]) listener()
  }

  #applyDelta(link: StreamLink, delta: Delta): void {
    if (this.#lastSequence === null || delta.sequence !== this.#lastSequence + 1) {
      this.#lastSequence = null
      if (!this.#asked) this.#askAgain()
      return
    }
    this.#lastSequence = delta.sequence
    this.#lastFrameMs = this.#clock()
    applyDelta(this.state, delta)
    link.send({ kind: 'ack', sequence: delta.sequence })
    if (delta.candles.length > 0) this.#board.deliver(delta.candles)
  }

  #sendWatchList(): void {
    this.#link?.send({ kind: 'watch', series: this.#board.series() })
  }

  #setStatus(status: LinkStatus): void {
    this.#status = status
    for (const listener of [...this.#statusListeners]) listener()
  }
}
