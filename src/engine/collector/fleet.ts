import type { Trade } from '../../core/market/event.ts'
import type { ConnectionRow } from '../../contracts/state-rows.ts'
import { bestFreshness, judgeFreshness } from '../../core/market/freshness.ts'
import type { Freshness } from '../../core/market/freshness.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { countInstruments } from './collector-totals.ts'
import { Connection } from './connection.ts'
import { InstrumentMove } from './instrument-move.ts'
import { freshnessLimitMs } from './liveness.ts'
import type { LinkContext } from './link-options.ts'
import type { MarketHours } from './market-hours.ts'

/** Above the rank of any priority connection. */
const commonRank = 1_000_000_000

export type FleetOptions = {
  readonly context: LinkContext
  readonly marketHours: MarketHours | null
  /** Whether a connection is one of a priority shard. */
  isPriority(connection: string): boolean
  /** A connection changed, or came or went. */
  onChanged(connection: string): void
}

/** The connections of one venue, and which of them carry which instrument; several may carry one. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #connections = new Map<string, Connection>()
  readonly #carriers = new Map<InstrumentId, readonly Connection[]>()
  readonly #moves = new Map<InstrumentId, InstrumentMove>()
  /** Connections being closed for good, their instruments gone. */
  readonly #leaving = new Set<Promise<void>>()
  #isReadingPaused = false
  #created = 0

  constructor(options: FleetOptions) {
    this.#options = options
  }

  get connections(): readonly Connection[] {
    return [...this.#connections.values()]
  }

  get size(): number {
    return this.#connections.size
  }

  /** No connection is to be up now: markets are closed, or a person is needed. */
  get isResting(): boolean {
    return this.connections.every(({ isResting }) => isResting)
  }

  /** Opens a connection with these instruments, or gives them to it. */
  carry(connection: string, instruments: readonly Instrument[]): void {
    const known = this.#connections.get(connection)
    const carrier = known ?? this.#create(connection, instruments)
    for (const instrument of instruments) {
      const { id } = instrument
      this.#carriers.set(id, [...(this.#carriers.get(id) ?? []), carrier])
      if (known !== undefined) known.addInstrument(instrument)
    }
    if (known !== undefined) return
    carrier.start()
  }

  /**
   * Has an instrument carried by just these connections. Those that carried it let go of it once the
   * new ones were seen to bring it, or before where the venue forbids overlap.
   */
  move(instrument: Instrument, to: readonly string[]): void {
    const { id } = instrument
    const { clock, log, venue } = this.#options.context
    this.#endMove(id)
    const carriers = this.#carriers.get(id) ?? []
    const from = carriers.filter((connection) => !to.includes(connection.id))
    if (venue.tradeIds === 'none') for (const connection of from) this.#release(id, connection)
    const held = new Set(carriers.map((connection) => connection.id))
    for (const connection of to) if (!held.has(connection)) this.carry(connection, [instrument])
    if (venue.tradeIds === 'none' || from.length === 0) return
    const targets = to.flatMap((connection) => this.#connections.get(connection) ?? [])
    const move = new InstrumentMove({ instrument: id, from, to: targets, clock, log })
    this.#moves.set(id, move)
  }

  /** Has an instrument carried no more. @param reason As link marks tell it. */
  drop(id: InstrumentId, reason = 'removed'): void {
    this.#endMove(id)
    for (const connection of this.#carriers.get(id) ?? []) this.#release(id, connection, reason)
  }

  /** Whether the venue refuses it on some connection. */
  refuses(id: InstrumentId): boolean {
    return (this.#carriers.get(id) ?? []).some((connection) => connection.refuses(id))
  }

  /** The connection that carries an instrument now, else one that is to; null where there is none. */
  connectionOf(id: InstrumentId): string | null {
    const carriers = this.#carriers.get(id) ?? []
    return (carriers.find((connection) => connection.carries(id)) ?? carriers[0])?.id ?? null
  }

  /** The best of all connections that carry it. */
  freshnessOf(instrument: Instrument): Freshness {
    const carriers = this.#carriers.get(instrument.id) ?? []
    const [only] = carriers
    if (only !== undefined && carriers.length === 1) return this.#freshnessOn(only, instrument)
    return bestFreshness(carriers.map((connection) => this.#freshnessOn(connection, instrument)))
  }

  rows(): readonly ConnectionRow[] {
    return this.connections.map((connection) =>
      connection.row(
        countInstruments(connection.instruments, (each) => this.#freshnessOn(connection, each)).live
      )
    )
  }

  refusals(): readonly string[] {
    return [...new Set(this.connections.flatMap((connection) => connection.refusals()))]
  }

  /** REST told the newest trade of an instrument: each connection that carries it is held against that. */
  told(trade: Trade): void {
    for (const connection of this.#carriers.get(trade.instrument) ?? []) connection.told(trade)
  }

  tick(): void {
    for (const connection of this.#connections.values()) connection.tick()
    for (const [id, move] of this.#moves) if (move.isDone()) this.#finishMove(id)
  }

  /** Skips the wait of a connection; false when it is not waiting for a retry. */
  retry(connection: string): boolean {
    return this.#connections.get(connection)?.retry() ?? false
  }

  /** Replaces the link of one connection, or of all in turn; false where no link stands. */
  rotate(connection: string | null): boolean {
    const chosen =
      connection === null
        ? this.connections
        : this.connections.filter(({ id }) => id === connection)
    return chosen.filter((each) => each.rotate()).length > 0
  }

  pauseReading(): void {
    this.#isReadingPaused = true
    for (const connection of this.#connections.values()) connection.pauseReading()
  }

  resumeReading(): void {
    this.#isReadingPaused = false
    for (const connection of this.#connections.values()) connection.resumeReading()
  }

  presumeDead(text: string): void {
    for (const connection of this.#connections.values()) connection.presumeDead(text)
  }

  doubt(): void {
    for (const connection of this.#connections.values()) connection.doubt()
  }

  /** Closes every connection within a second. */
  async stop(): Promise<void> {
    for (const id of [...this.#moves.keys()]) this.#endMove(id)
    const closing = this.connections.map((connection) => connection.stop())
    await Promise.all([...closing, ...this.#leaving])
  }

  #create(id: string, instruments: readonly Instrument[]): Connection {
    const { context, marketHours } = this.#options
    const connection = new Connection({
      id,
      context,
      instruments,
      marketHours,
      rank: this.#rankOf(id),
      onChanged: (changed) => this.#options.onChanged(changed)
    })
    this.#connections.set(id, connection)
    if (this.#isReadingPaused) connection.pauseReading()
    return connection
  }

  /** Priority shards before the others, else in the order of the plan. */
  #rankOf(connection: string): number {
    this.#created += 1
    return (this.#options.isPriority(connection) ? 0 : commonRank) + this.#created
  }

  /** Takes an instrument from a connection, which is closed when it was the last one. */
  #release(id: InstrumentId, connection: Connection, reason = 'removed'): void {
    const others = (this.#carriers.get(id) ?? []).filter((each) => each !== connection)
    if (others.length === 0) this.#carriers.delete(id)
    else this.#carriers.set(id, others)
    if (connection.instruments.some((each) => each.id !== id)) {
      connection.removeInstrument(id, reason)
      return
    }
    this.#connections.delete(connection.id)
    const gone = connection.stop(reason).finally(() => this.#leaving.delete(gone))
    this.#leaving.add(gone)
    this.#options.onChanged(connection.id)
  }

  #finishMove(id: InstrumentId): void {
    const move = this.#moves.get(id)
    this.#endMove(id)
    for (const connection of move?.from ?? []) this.#release(id, connection)
  }

  #endMove(id: InstrumentId): void {
    this.#moves.get(id)?.close()
    this.#moves.delete(id)
  }

  #freshnessOn(connection: Connection, instrument: Instrument): Freshness {
    const activity = connection.activity(instrument.id)
    return judgeFreshness({
      marketOpen: this.#isMarketOpen(instrument),
      connectionLive: connection.isCarrying,
      dataAgeMs: activity?.dataAgeMs ?? null,
      usualGapMs: activity?.usualGapMs ?? null,
      isSuspect: activity?.isSuspect ?? false,
      heartbeatAgeMs: connection.heartbeatAgeMs(),
      heartbeatLimitMs: freshnessLimitMs(this.#options.context.venue.heartbeatMs)
    })
  }

  #isMarketOpen(instrument: Instrument): boolean {
    const { marketHours, context } = this.#options
    if (marketHours === null || instrument.calendar === null) return true
    return marketHours(instrument, context.clock.nowMs()).isOpen
  }
}
