import { StatePublisher } from '../contracts/state-publisher.ts'
import { tableNames, type StateTables, type TableName } from '../contracts/state-rows.ts'
import type {
  ClientMessage,
  MessageLink,
  Query,
  QueryResult,
  ServerMessage,
  StreamError
} from '../contracts/state-stream.ts'
import { StreamQueryError, StreamReceiver } from '../contracts/stream-receiver.ts'

/**
 * Mirrors the engine's state once and serves it to the host's own readers and any number of clients,
 * each with its own acknowledgements. While no engine answers, nothing is shown as live.
 */
export class StreamRelay {
  readonly publisher: StatePublisher
  #upstream: StreamReceiver | null = null
  readonly #whenFilled: (() => void)[] = []

  constructor() {
    this.publisher = new StatePublisher({
      query: (query) => this.query(query),
      retry: (connection) => this.#upstream?.retry(connection),
      watched: (series) => this.#upstream?.watch(series)
    })
  }

  /** Asks the engine; an engine that is not there is an answer too. */
  async query(query: Query): Promise<QueryResult | StreamError> {
    if (this.#upstream === null) {
      return { code: 'unavailable', message: 'the engine is not running; it is being restarted' }
    }
    try {
      return await this.#upstream.query(query)
    } catch (error) {
      if (!(error instanceof StreamQueryError)) throw error
      const { code, message, parameter } = error
      return parameter === null ? { code, message } : { code, message, parameter }
    }
  }

  /** Takes the stream of a newly started engine. */
  connect(link: MessageLink<ClientMessage, ServerMessage>): void {
    const upstream = new StreamReceiver(link, {
      snapshot: (snapshot) => {
        this.publisher.clear()
        for (const name of tableNames) this.#putAll(name, snapshot.tables[name])
        for (const resolve of this.#whenFilled.splice(0)) resolve()
      },
      delta: (delta) => {
        for (const name of tableNames) {
          this.#putAll(name, delta.changed[name] ?? [])
          for (const id of delta.removed[name] ?? []) this.publisher.remove(name, id)
        }
        for (const candle of delta.candles) this.publisher.candle(candle)
      },
      lost: () => this.#markStale(),
      refused: () => undefined
    })
    this.#upstream = upstream
    upstream.watch(this.publisher.watchedSeries())
  }

  /** The engine is gone: whatever was live is stale from now on. */
  disconnect(): void {
    this.#upstream?.close()
    this.#upstream = null
  }

  /** Resolves once the first snapshot is in. */
  filled(): Promise<void> {
    if (this.publisher.find('run', 'run') !== null) return Promise.resolve()
    return new Promise((resolve) => this.#whenFilled.push(resolve))
  }

  #putAll<Name extends TableName>(name: Name, rows: readonly StateTables[Name][]): void {
    for (const row of rows) this.publisher.put(name, row)
  }

  #markStale(): void {
    this.#upstream = null
    for (const row of this.publisher.rows('prices')) {
      if (row.freshness === 'live' || row.freshness === 'quiet') {
        this.publisher.put('prices', { ...row, freshness: 'stale' })
      }
    }
    for (const row of this.publisher.rows('connections')) {
      this.publisher.put('connections', {
        ...row,
        state: 'closed',
        reason: 'engine not running',
        liveInstruments: 0,
        messagesPerSecond: 0
      })
    }
    const health = this.publisher.find('health', 'health')
    if (health !== null) {
      this.publisher.put('health', {
        ...health,
        status: 'down',
        coveragePercent: 0,
        messagesPerSecond: 0,
        connections: { live: 0, total: health.connections.total },
        instruments: { live: 0, total: health.instruments.total }
      })
    }
  }
}
