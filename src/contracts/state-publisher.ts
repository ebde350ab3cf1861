import type { Candle } from '../core/market/candle.ts'
import type { DeckCommand } from './deck.ts'
import { tableNames, type StateTables, type StructureRow, type TableName } from './state-rows.ts'
import {
  clientMessageSchema,
  maxWatchedSeries,
  streamProtocol,
  type ClientMessage,
  type Delta,
  type MessageLink,
  type Query,
  type QueryResult,
  type Series,
  type ServerMessage,
  type Snapshot,
  type StreamError
} from './state-stream.ts'

/** Candles a client may fall behind by; past it the client gets a snapshot and asks for history anew. */
const maxPendingCandles = 10_000

/** What one client may ask for. */
export type ClientLimits = {
  /** Queries open at once. */
  readonly maxOpenQueries: number
  readonly maxWatchedSeries: number
}

const usualLimits: ClientLimits = { maxOpenQueries: 16, maxWatchedSeries }

/** What the publisher's owner answers for its clients. */
export type PublisherHandlers = {
  /** Answers a query; a rejected promise becomes `unavailable`. */
  readonly query: (query: Query) => Promise<QueryResult | StreamError>
  readonly retry: (connection: string) => void
  /** Carries out a command; absent where nothing is played: then it is refused. */
  readonly deck?: (command: DeckCommand) => void
  /** The union of all clients' watched series changed. */
  readonly watched?: (series: readonly Series[]) => void
}

type Rows = { readonly [Name in TableName]: Map<string, StateTables[Name]> }

/** One attached client: what it has not been told yet. Bounded by the tables and `maxPendingCandles`. */
class PublisherClient {
  sequence = 0
  greeted = false
  awaitingAck = false
  needsSnapshot = true
  openQueries = 0
  readonly changed: Record<TableName, Set<string>> = {
    run: new Set(),
    instruments: new Set(),
    prices: new Set(),
    sparks: new Set(),
    ledger: new Set(),
    connections: new Set(),
    incidents: new Set(),
    health: new Set(),
    deck: new Set()
  }
  readonly candles = new Map<string, Candle>()
  watched: ReadonlySet<string> = new Set()
  watchedSeries: readonly Series[] = []
  readonly link: MessageLink<ServerMessage, unknown>
  readonly limits: ClientLimits

  constructor(link: MessageLink<ServerMessage, unknown>, limits: ClientLimits) {
    this.link = link
    this.limits = limits
  }

  forget(): void {
    for (const name of tableNames) this.changed[name].clear()
    this.candles.clear()
  }
}

/** Names a series of candles. */
function seriesKey(instrument: string, interval: string): string {
  return `${instrument}|${interval}`
}

/** Every frame has one, so the schema, which takes them all, is spared this one. */
function isAcknowledgement(
  raw: unknown
): raw is { readonly kind: 'ack'; readonly sequence: number } {
  return (
    typeof raw === 'object' &&
    raw !== null &&
    'kind' in raw &&
    raw.kind === 'ack' &&
    'sequence' in raw &&
    typeof raw.sequence === 'number'
  )
}

function acknowledge(client: PublisherClient, sequence: number): void {
  if (sequence === client.sequence) client.awaitingAck = false
}

/**
 * Holds the tables and streams them to any number of clients: snapshot first, then coalesced deltas,
 * one unacknowledged frame each. The owner calls `flush` at most 30 times a second.
 */
export class StatePublisher {
  readonly #rows: Rows = {
    run: new Map(),
    instruments: new Map(),
    prices: new Map(),
    sparks: new Map(),
    ledger: new Map(),
    connections: new Map(),
    incidents: new Map(),
    health: new Map(),
    deck: new Map()
  }
  readonly #clients = new Set<PublisherClient>()
  readonly #handlers: PublisherHandlers
  #watchedKeys: ReadonlySet<string> = new Set()
  #watchedSeries: readonly Series[] = []

  constructor(handlers: PublisherHandlers) {
    this.#handlers = handlers
  }

  get clientCount(): number {
    return this.#clients.size
  }

  /** Rows of a table, in order of first appearance. */
  rows<Name extends TableName>(table: Name): IterableIterator<StateTables[Name]> {
    return this.#rows[table].values()
  }

  find<Name extends TableName>(table: Name, id: string): StateTables[Name] | null {
    return this.#rows[table].get(id) ?? null
  }

  put<Name extends TableName>(table: Name, row: StateTables[Name]): void {
    this.#rows[table].set(row.id, row)
    for (const client of this.#clients) client.changed[table].add(row.id)
  }

  remove(table: TableName, id: string): void {
    if (!this.#rows[table].delete(id)) return
    for (const client of this.#clients) client.changed[table].add(id)
  }

  /** Empties every table, for a source that starts anew; clients get a snapshot next. */
  clear(): void {
    for (const name of tableNames) this.#rows[name].clear()
    for (const client of this.#clients) client.needsSnapshot = true
  }

  /** The union of all clients' watched series. */
  watchedSeries(): readonly Series[] {
    return this.#watchedSeries
  }

  isWatched(instrument: string, interval: string): boolean {
    return this.#watchedKeys.size > 0 && this.#watchedKeys.has(seriesKey(instrument, interval))
  }

  /** Tells the clients that watch its series of a candle's latest state. */
  candle(candle: Candle): void {
    const series = seriesKey(candle.instrument, candle.interval)
    if (!this.#watchedKeys.has(series)) return
    const key = `${series}|${candle.dayMs}|${candle.dayMs === 0 ? candle.openMs : candle.index}`
    for (const client of this.#clients) {
      if (!client.watched.has(series)) continue
      client.candles.set(key, candle)
      if (client.candles.size > maxPendingCandles) {
        client.candles.clear()
        client.needsSnapshot = true
      }
    }
  }

  /**
   * Serves a client until its link closes.
   *
   * @param limits Those of one person's client unless told; a host relays for many.
   */
  attach(link: MessageLink<ServerMessage, unknown>, limits = usualLimits): void {
    const client = new PublisherClient(link, limits)
    this.#clients.add(client)
    link.onMessage((message) => this.#receive(client, message))
    link.onClose(() => {
      this.#clients.delete(client)
      this.#updateWatched()
    })
  }

  /** Sends each client that is ready what changed since its last frame. */
  flush(): void {
    for (const client of this.#clients) {
      if (!client.greeted || client.awaitingAck) continue
      const frame = client.needsSnapshot ? this.#snapshot(client) : this.#delta(client)
      if (frame === null) continue
      client.awaitingAck = true
      client.link.send(frame)
    }
  }

  /** Lets go of what clients can ask for again: they get a snapshot next, and read their charts anew. */
  shed(): void {
    for (const client of this.#clients) {
      client.forget()
      client.needsSnapshot = true
    }
  }

  /** How far the slowest client is behind. */
  structures(): readonly StructureRow[] {
    const size = Math.max(0, ...[...this.#clients].map(({ candles }) => candles.size))
    return [{ name: 'candles to tell a client', size, bound: maxPendingCandles, dropped: 0 }]
  }

  close(): void {
    for (const client of [...this.#clients]) client.link.close()
    this.#clients.clear()
  }

  #snapshot(client: PublisherClient): Snapshot {
    client.forget()
    client.needsSnapshot = false
    client.sequence += 1
    const rows = this.#rows
    return {
      kind: 'snapshot',
      sequence: client.sequence,
      tables: {
        run: [...rows.run.values()],
        instruments: [...rows.instruments.values()],
        prices: [...rows.prices.values()],
        sparks: [...rows.sparks.values()],
        ledger: [...rows.ledger.values()],
        connections: [...rows.connections.values()],
        incidents: [...rows.incidents.values()],
        health: [...rows.health.values()],
        deck: [...rows.deck.values()]
      }
    }
  }

  #delta(client: PublisherClient): Delta | null {
    const changed: Record<string, unknown[]> = {}
    const removed: Record<string, string[]> = {}
    let isEmpty = client.candles.size === 0
    for (const name of tableNames) {
      const ids = client.changed[name]
      if (ids.size === 0) continue
      isEmpty = false
      for (const id of ids) {
        const row = this.#rows[name].get(id)
        if (row === undefined) (removed[name] ??= []).push(id)
        else (changed[name] ??= []).push(row)
      }
    }
    if (isEmpty) return null
    const candles = [...client.candles.values()]
    client.forget()
    client.sequence += 1
    return {
      kind: 'delta',
      sequence: client.sequence,
      changed: changed,
      removed,
      candles
    }
  }

  #receive(client: PublisherClient, raw: unknown): void {
    if (isAcknowledgement(raw)) {
      acknowledge(client, raw.sequence)
      return
    }
    const parsed = clientMessageSchema.safeParse(raw)
    if (!parsed.success) {
      const message = parsed.error.issues[0]?.message ?? 'not a message'
      client.link.send({ kind: 'refused', error: { code: 'bad-message', message } })
      return
    }
    this.#handle(client, parsed.data)
  }

  #handle(client: PublisherClient, message: ClientMessage): void {
    switch (message.kind) {
      case 'hello':
        this.#greet(client, message.protocol)
        return
      case 'ack':
        acknowledge(client, message.sequence)
        return
      case 'resync':
        client.needsSnapshot = true
        client.awaitingAck = false
        return
      case 'watch':
        this.#watch(client, message.series)
        return
      case 'query':
        void this.#answer(client, message.requestId, message.query)
        return
      case 'retry':
        this.#handlers.retry(message.connection)
        return
      case 'deck':
        this.#command(client, message.command)
    }
  }

  #command(client: PublisherClient, command: DeckCommand): void {
    if (this.#handlers.deck !== undefined) this.#handlers.deck(command)
    else
      client.link.send({
        kind: 'refused',
        error: { code: 'no-deck', message: 'nothing is played on this stream' }
      })
  }

  #watch(client: PublisherClient, series: readonly Series[]): void {
    const { maxWatchedSeries: most } = client.limits
    if (series.length > most) {
      const message = `at most ${most} series may be watched, received ${series.length}`
      client.link.send({ kind: 'refused', error: { code: 'bad-message', message } })
      return
    }
    client.watchedSeries = series
    client.watched = new Set(series.map((each) => seriesKey(each.instrument, each.interval)))
    this.#updateWatched()
  }

  #greet(client: PublisherClient, protocol: number): void {
    if (protocol !== streamProtocol) {
      client.link.send({
        kind: 'refused',
        error: {
          code: 'protocol',
          message: `this server speaks stream protocol ${streamProtocol}, the client ${protocol}: reload`
        }
      })
      return
    }
    client.greeted = true
    client.awaitingAck = false
    client.needsSnapshot = true
  }

  async #answer(client: PublisherClient, requestId: number, query: Query): Promise<void> {
    const refuse = (error: StreamError) =>
      client.link.send({ kind: 'reply', requestId, result: null, error })
    const { maxOpenQueries: most } = client.limits
    if (client.openQueries >= most) {
      refuse({ code: 'busy', message: `at most ${most} queries at once` })
      return
    }
    client.openQueries += 1
    try {
      const answer = await this.#handlers.query(query)
      if ('code' in answer) refuse(answer)
      else client.link.send({ kind: 'reply', requestId, result: answer, error: null })
    } catch (error) {
      refuse({
        code: 'unavailable',
        message: error instanceof Error ? error.message : 'query failed'
      })
    } finally {
      client.openQueries -= 1
    }
  }

  #updateWatched(): void {
    const union = new Map<string, Series>()
    for (const client of this.#clients) {
      for (const series of client.watchedSeries) {
        union.set(seriesKey(series.instrument, series.interval), series)
      }
    }
    this.#watchedKeys = new Set(union.keys())
    this.#watchedSeries = [...union.values()]
    this.#handlers.watched?.(this.#watchedSeries)
  }
}
