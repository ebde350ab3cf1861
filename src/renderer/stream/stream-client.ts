/**
 * States of the link: `connecting` (opened, or on its way; no snapshot yet) → `live` → `lost`
 * (waiting for the next try) → `connecting` … Only `live` may be shown as live.
 */
import type { DeckCommand } from '../../contracts/deck.ts'
import type {
  ClientMessage,
  Delta,
  MessageLink,
  Query,
  QueryResult,
  Series,
  ServerMessage,
  Snapshot
} from '../../contracts/state-stream.ts'
import { StreamQueryError, StreamReceiver } from '../../contracts/stream-receiver.ts'
import { QueryDeadlines } from './query-deadlines.ts'
import { runNowMs, type WallClock } from './run-clock.ts'
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
const smallQuery: Query = { name: 'incidents', venue: null, fromMs: null, toMs: null, limit: 1 }
const backoffMs = [250, 500, 1_000, 2_000, 5_000] as const

type OpenStream = { readonly link: StreamLink; readonly receiver: StreamReceiver }

/** Keeps a copy of the engine's state over links that may break at any time. */
export class StreamClient {
  readonly state: StateCopy = createStateCopy()
  readonly #openLink: OpenLink
  readonly #clock: WallClock
  readonly #deadlines = new QueryDeadlines()
  readonly #board = new SeriesBoard()
  readonly #statusListeners = new Set<() => void>()
  readonly #snapshotListeners = new Set<() => void>()
  #status: LinkStatus = { kind: 'connecting', attempt: 0 }
  #stream: OpenStream | null = null
  #opening: AbortController | null = null
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

  /** The run clock now, epoch ms; on the stream of a deck its cursor, which stands where no word of it is. */
  runNowMs(): number {
    const cursorMs = this.cursorMs()
    return cursorMs ?? runNowMs(this.state.run.find('run'), this.#clock())
  }

  /** Where a deck stands: nothing after it exists on this stream. Null on a live stream, and while nothing is loaded. */
  cursorMs(): number | null {
    return this.state.deck.find('deck')?.atMs ?? null
  }

  start(): void {
    this.#connect()
  }

  /** Looks at the clock: retries, notices silence, ends overdue queries. Call a few times a second. */
  beat(): void {
    const nowMs = this.#clock()
    this.#deadlines.expire(nowMs)
    if (this.#status.kind !== 'lost') this.#checkSilence(nowMs)
    else if (nowMs >= this.#status.nextAttemptMs) this.#connect()
  }

  /** Tries now instead of waiting for the next turn. */
  retryNow(): void {
    if (this.#status.kind === 'lost') this.#connect()
  }

  /** Skips the backoff of one of the engine's connections. */
  retryConnection(connection: string): void {
    this.#stream?.receiver.retry(connection)
  }

  /** Tells the deck at the other end what to do; lost where there is no link. */
  command(command: DeckCommand): void {
    this.#stream?.receiver.command(command)
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

  /** @throws StreamQueryError with the contract's codes, `link-lost` or `timeout`. */
  query(query: Query): Promise<QueryResult> {
    if (this.#stream === null || this.#status.kind !== 'live') {
      const message = 'there is no link to the engine'
      return Promise.reject(new StreamQueryError({ code: 'link-lost', message }))
    }
    return this.#deadlines.bound(this.#stream.receiver.query(query), this.#clock())
  }

  close(): void {
    this.#closed = true
    this.#opening?.abort()
    this.#dropStream()
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
    this.#lastHeardMs = this.#clock()
    const heard: StreamLink = {
      ...link,
      onMessage: (listener) =>
        link.onMessage((message) => {
          this.#lastHeardMs = this.#clock()
          listener(message)
        })
    }
    const receiver = new StreamReceiver(heard, {
      snapshot: (snapshot) => this.#applySnapshot(snapshot),
      delta: (delta) => this.#applyDelta(delta),
      lost: () => {
        if (this.#stream?.link === link) this.#lose()
      },
      refused: () => undefined
    })
    this.#stream = { link, receiver }
    if (this.#board.series().length > 0) this.#sendWatchList()
  }

  #lose(): void {
    if (this.#closed) return
    this.#opening?.abort()
    this.#opening = null
    this.#dropStream()
    const delayMs = backoffMs[Math.min(this.#failures, backoffMs.length - 1)] ?? 5_000
    this.#failures += 1
    const nextAttemptMs = this.#clock() + delayMs
    this.#setStatus({ kind: 'lost', attempt: this.#failures, nextAttemptMs })
  }

  #dropStream(): void {
    const stream = this.#stream
    this.#stream = null
    stream?.receiver.close()
  }

  #checkSilence(nowMs: number): void {
    const silentMs = nowMs - this.#lastHeardMs
    if (silentMs >= deadAfterSilenceMs) this.#lose()
    else if (silentMs >= askAfterSilenceMs && !this.#asked && this.#stream !== null) {
      this.#asked = true
      this.#askWhoIsThere(this.#stream)
    }
  }

  /** A deck that stands still has nothing to say, and a snapshot would have everything read anew. */
  #askWhoIsThere({ link, receiver }: OpenStream): void {
    if (this.state.deck.size === 0) {
      link.send({ kind: 'resync' })
      return
    }
    // Whatever comes back, a refusal too, is a sign of life.
    receiver.query(smallQuery).then(
      () => (this.#asked = false),
      () => (this.#asked = false)
    )
  }

  #applySnapshot(snapshot: Snapshot): void {
    this.#noteFrame()
    this.#failures = 0
    applySnapshot(this.state, snapshot)
    this.#setStatus({ kind: 'live' })
    for (const listener of [...this.#snapshotListeners]) listener()
  }

  #applyDelta(delta: Delta): void {
    this.#noteFrame()
    applyDelta(this.state, delta)
    if (delta.candles.length > 0) this.#board.deliver(delta.candles)
  }

  #noteFrame(): void {
    this.#lastFrameMs = this.#clock()
    this.#asked = false
  }

  #sendWatchList(): void {
    this.#stream?.receiver.watch(this.#board.series())
  }

  #setStatus(status: LinkStatus): void {
    this.#status = status
    for (const listener of [...this.#statusListeners]) listener()
  }
}
