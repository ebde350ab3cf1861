import { StatePublisher } from '../contracts/state-publisher.ts'
import { tableNames, type StateTables, type TableName } from '../contracts/state-rows.ts'
import {
  maxRelayedSeries,
  type ClientMessage,
  type MessageLink,
  type Query,
  type QueryResult,
  type Series,
  type ServerMessage,
  type StreamError
} from '../contracts/state-stream.ts'
import type { RunMode } from '../contracts/shapes.ts'
import { StreamQueryError, StreamReceiver } from '../contracts/stream-receiver.ts'
import { hostClock, type HostClock } from './host-clock.ts'
import { outageHealth } from './outage-health.ts'

/** The engine sends its health each second; after this long without a frame nothing is shown as live. */
const silentMs = 3_000
/** A query that takes longer is answered with `unavailable`. */
const queryMs = 10_000

/** What an engine that may be hanging is called. */
type Problem = 'engine not running' | 'engine not answering'

/**
 * Mirrors the engine's state once and serves it to the host's own readers and any number of clients,
 * each with its own acknowledgements. While no engine answers, or it hangs, nothing is shown as live.
 */
export class StreamRelay {
  readonly publisher: StatePublisher
  #upstream: StreamReceiver | null = null
  readonly #clock: HostClock
  readonly #warn: (event: string, fields: Readonly<Record<string, string | number>>) => void
  #cancelSilence: () => void = () => undefined
  /** No frame came for too long: what is shown is not the engine's word until a snapshot comes. */
  #isSilent = false

  /** @param options.warn Told of what the engine refuses. */
  constructor(
    options: {
      readonly clock?: HostClock
      readonly warn?: (event: string, fields: Readonly<Record<string, string | number>>) => void
    } = {}
  ) {
    this.#clock = options.clock ?? hostClock
    this.#warn = options.warn ?? (() => undefined)
    this.publisher = new StatePublisher({
      query: (query) => this.query(query),
      retry: (connection) => this.#upstream?.retry(connection),
      watched: (series) => this.#watch(series)
    })
  }

  /** Asks the engine; an engine that is not there is an answer too. */
  async query(query: Query): Promise<QueryResult | StreamError> {
    if (this.#upstream === null) {
      return { code: 'unavailable', message: 'the engine is not running; it is being restarted' }
    }
    const late = Promise.withResolvers<StreamError>()
    const cancel = this.#clock.after(queryMs, () => {
      late.resolve({
        code: 'unavailable',
        message: `the engine did not answer within ${queryMs / 1_000} s`
      })
    })
    try {
      return await Promise.race([answerOf(this.#upstream, query), late.promise])
    } finally {
      cancel()
    }
  }

  /** Takes the stream of a newly started engine. */
  connect(link: MessageLink<ClientMessage, ServerMessage>): void {
    const upstream = new StreamReceiver(link, {
      snapshot: (snapshot) => {
        this.#heard()
        this.#isSilent = false
        this.publisher.clear()
        for (const name of tableNames) this.#putAll(name, snapshot.tables[name])
      },
      delta: (delta) => {
        this.#heard()
        for (const candle of delta.candles) this.publisher.candle(candle)
        if (this.#isSilent) {
          // The rows here were changed behind the engine's back: only all of its own undo that.
          upstream.resync()
          return
        }
        for (const name of tableNames) {
          this.#putAll(name, delta.changed[name] ?? [])
          for (const id of delta.removed[name] ?? []) this.publisher.remove(name, id)
        }
      },
      lost: () => {
        this.#upstream = null
        this.#cancelSilence()
        this.#markStale('engine not running')
      },
      refused: ({ code, message }) => this.#warn('refused', { code, message })
    })
    this.#upstream = upstream
    this.#isSilent = false
    this.#watch(this.publisher.watchedSeries())
  }

  /** Tells all clients why no engine answers, until one does. */
  explain(problem: string, mode: RunMode): void {
    if (this.#upstream !== null) return
    const known = this.publisher.find('health', 'health')
    this.publisher.put('health', outageHealth(known, { mode, problem }))
  }

  /** Lets all clients go. */
  close(): void {
    this.#cancelSilence()
    this.publisher.close()
  }

  #watch(series: readonly Series[]): void {
    if (series.length > maxRelayedSeries) {
      this.#warn('refused', { code: 'too-many-series', watched: series.length })
    }
    this.#upstream?.watch(series.slice(0, maxRelayedSeries))
  }

  #heard(): void {
    this.#cancelSilence()
    this.#cancelSilence = this.#clock.after(silentMs, () => {
      this.#isSilent = true
      this.#warn('engine-silent', { silentMs })
      this.#markStale('engine not answering')
    })
  }

  #putAll<Name extends TableName>(name: Name, rows: readonly StateTables[Name][]): void {
    for (const row of rows) this.publisher.put(name, row)
  }

  #markStale(reason: Problem): void {
    for (const row of this.publisher.rows('prices')) {
      if (row.freshness === 'live' || row.freshness === 'quiet') {
        this.publisher.put('prices', { ...row, freshness: 'stale' })
      }
    }
    for (const row of this.publisher.rows('connections')) {
      this.publisher.put('connections', {
        ...row,
        state: 'closed',
        reason,
        liveInstruments: 0,
        messagesPerSecond: 0
      })
    }
    const health = this.publisher.find('health', 'health')
    if (health === null) return
    const problem = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`
    this.publisher.put('health', outageHealth(health, { mode: health.mode, problem }))
  }
}

async function answerOf(
  upstream: StreamReceiver,
  query: Query
): Promise<QueryResult | StreamError> {
  try {
    return await upstream.query(query)
  } catch (error) {
    if (!(error instanceof StreamQueryError)) throw error
    const { code, message, parameter } = error
    return parameter === null ? { code, message } : { code, message, parameter }
  }
}
