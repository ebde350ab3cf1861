import type { Instrument, InstrumentId, VenueId } from '../../core/market/instrument.ts'
import {
  findShard,
  planAdd,
  planMove,
  planRemove,
  planShards
} from '../../core/market/shard-plan.ts'
import type { ShardPlan } from '../../core/market/shard-plan.ts'

/** Where an instrument is to be: the ids of its connections, which may not be open yet; two for a priority one. */
export type Place = { readonly connections: readonly string[]; readonly instrument: Instrument }

/** How many instruments a connection is given, and how many it may be. */
export type PlacementSizes = { readonly perConnection: number; readonly most: number }

/**
 * Which instruments of one venue are on which connections: first planned, then settled once they are
 * made known and may send events. Priority instruments have shards of their own, each of which is two
 * connections.
 */
export class Placement {
  readonly #venue: VenueId
  readonly #sizes: PlacementSizes
  #plan: ShardPlan = []
  #priorityPlan: ShardPlan = []
  #places: ReadonlyMap<InstrumentId, Place> = new Map()
  readonly #settled = new Set<InstrumentId>()
  /** Taken out by hand. */
  readonly #removed = new Set<InstrumentId>()
  readonly #priority = new Set<InstrumentId>()
  /** Delisted: shown still, carried nowhere. */
  readonly #retired = new Map<InstrumentId, Instrument>()

  constructor(venue: VenueId, sizes: PlacementSizes) {
    this.#venue = venue
    this.#sizes = sizes
  }

  /** Number of connections planned. */
  get connections(): number {
    return this.#plan.length + 2 * this.#priorityPlan.length
  }

  /** The settled ones, priority first, then in the order of their connections; delisted ones last. */
  settled(): readonly Instrument[] {
    const carried = [...this.#priorityPlan, ...this.#plan].flatMap(({ instruments }) =>
      instruments.filter(({ id }) => this.#settled.has(id))
    )
    return [...carried, ...this.#retired.values()]
  }

  /** Those planned on some connection. */
  planned(): readonly Instrument[] {
    return [...this.#places.values()].map(({ instrument }) => instrument)
  }

  isRetired(id: InstrumentId): boolean {
    return this.#retired.has(id)
  }

  /** Takes one off its connections and keeps it to be shown; false when it was not planned. */
  retire(id: InstrumentId): boolean {
    const place = this.#places.get(id)
    if (place === undefined) return false
    this.#take(id)
    this.#follow()
    if (this.#settled.delete(id)) this.#retired.set(id, place.instrument)
    return true
  }

  isSettled(id: InstrumentId): boolean {
    return this.#settled.has(id)
  }

  /** Whether a connection is one of a priority shard. */
  isPriorityConnection(connection: string): boolean {
    return this.#priorityPlan.some(({ id }) => connection === `${id}a` || connection === `${id}b`)
  }

  /** Null for an instrument that is not planned. */
  find(id: InstrumentId): Place | null {
    return this.#places.get(id) ?? null
  }

  /** Those named to have priority, planned or not. */
  get priority(): ReadonlySet<InstrumentId> {
    return this.#priority
  }

  /** Names those to be given priority when they are planned. */
  prefer(ids: readonly InstrumentId[]): void {
    for (const id of ids) this.#priority.add(id)
  }

  /** Plans the first list. */
  begin(instruments: readonly Instrument[]): void {
    const { perConnection } = this.#sizes
    const isPriority = ({ id }: Instrument): boolean => this.#priority.has(id)
    const common = instruments.filter((each) => !isPriority(each))
    this.#plan = planShards(this.#venue, common, perConnection)
    const preferred = instruments.filter(isPriority)
    this.#priorityPlan = planShards(this.#priorityName, preferred, perConnection)
    this.#follow()
  }

  /** Those of a later list that are to be added: neither planned already nor taken out by hand. */
  newOf(instruments: readonly Instrument[]): readonly Instrument[] {
    return instruments.filter(({ id }) => !this.#places.has(id) && !this.#removed.has(id))
  }

  /** Plans them besides the others, which stay where they are. */
  add(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) {
      this.#removed.delete(instrument.id)
      this.#retired.delete(instrument.id)
      this.#put(instrument)
    }
    this.#follow()
  }

  /** Takes one out by hand; false when it was not planned. */
  remove(id: InstrumentId): boolean {
    if (this.#retired.delete(id)) {
      this.#removed.add(id)
      return true
    }
    if (!this.#places.has(id)) return false
    this.#take(id)
    this.#follow()
    this.#settled.delete(id)
    this.#removed.add(id)
    return true
  }

  /** Plans a settled instrument on another connection; false where that cannot be. */
  move(id: InstrumentId, connection: string): boolean {
    if (!this.#settled.has(id)) return false
    const plan = planMove(this.#plan, id, connection, this.#sizes.most)
    if (plan === null) return false
    this.#plan = plan
    this.#follow()
    return true
  }

  /** Gives or takes the priority of a settled instrument; false where nothing changes. */
  setPriority(id: InstrumentId, isPriority: boolean): boolean {
    const place = this.#places.get(id)
    if (place === undefined || !this.#settled.has(id)) return false
    if (this.#priority.has(id) === isPriority) return false
    if (isPriority) this.#priority.add(id)
    else this.#priority.delete(id)
    this.#take(id)
    this.#put(place.instrument)
    this.#follow()
    return true
  }

  /** Settles those that are planned still and not settled before. Gives them by connection, priority first, then in the order given. */
  settle(instruments: readonly Instrument[]): ReadonlyMap<string, readonly Instrument[]> {
    const arrivals = new Map<string, Instrument[]>()
    const rank = ({ id }: Instrument): number => (this.#priority.has(id) ? 0 : 1)
    for (const { id } of [...instruments].sort((a, b) => rank(a) - rank(b))) {
      const place = this.#places.get(id)
      if (place === undefined || this.#settled.has(id)) continue
      this.#settled.add(id)
      for (const connection of place.connections) {
        const others = arrivals.get(connection)
        if (others === undefined) arrivals.set(connection, [place.instrument])
        else others.push(place.instrument)
      }
    }
    return arrivals
  }

  /** Gives up those that are not settled; a later list may bring them again. */
  forgo(instruments: readonly Instrument[]): void {
    for (const { id } of instruments) if (!this.#settled.has(id)) this.#take(id)
    this.#follow()
  }

  get #priorityName(): string {
    return `${this.#venue}-priority`
  }

  #put(instrument: Instrument): void {
    const { perConnection } = this.#sizes
    if (this.#priority.has(instrument.id)) {
      const name = this.#priorityName
      this.#priorityPlan = planAdd(this.#priorityPlan, instrument, perConnection, name).plan
    } else this.#plan = planAdd(this.#plan, instrument, perConnection).plan
  }

  #take(id: InstrumentId): void {
    if (findShard(this.#plan, id) !== null) this.#plan = planRemove(this.#plan, id).plan
    else this.#priorityPlan = planRemove(this.#priorityPlan, id).plan
  }

  #follow(): void {
    const places = new Map<InstrumentId, Place>()
    const put = (plan: ShardPlan, connectionsOf: (shard: string) => readonly string[]): void => {
      for (const { id, instruments } of plan) {
        const connections = connectionsOf(id)
        for (const instrument of instruments) places.set(instrument.id, { connections, instrument })
      }
    }
    put(this.#plan, (shard) => [shard])
    put(this.#priorityPlan, (shard) => [`${shard}a`, `${shard}b`])
    this.#places = places
  }
}
