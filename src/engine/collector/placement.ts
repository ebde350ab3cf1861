import type { Instrument, InstrumentId, VenueId } from '../../core/market/instrument.ts'
import { planAdd, planRemove, planShards } from '../../core/market/shard-plan.ts'
import type { Shard, ShardPlan } from '../../core/market/shard-plan.ts'

/** Where an instrument is to be: the id of its connection, which may not be open yet. */
export type Place = { readonly connection: string; readonly instrument: Instrument }

/**
 * Which instruments of one venue are on which connection: first planned, then settled once they are
 * made known and may send events.
 */
export class Placement {
  readonly #venue: VenueId
  readonly #perConnection: number
  #plan: ShardPlan = []
  #places: ReadonlyMap<InstrumentId, Place> = new Map()
  readonly #settled = new Set<InstrumentId>()
  /** Taken out by hand. */
  readonly #removed = new Set<InstrumentId>()

  constructor(venue: VenueId, perConnection: number) {
    this.#venue = venue
    this.#perConnection = perConnection
  }

  /** Number of connections planned. */
  get connections(): number {
    return this.#plan.length
  }

  /** The settled ones, in the order of their connections. */
  settled(): readonly Instrument[] {
    return this.#plan.flatMap(({ instruments }) =>
      instruments.filter(({ id }) => this.#settled.has(id))
    )
  }

  /** Null for an instrument that is not planned. */
  find(id: InstrumentId): Place | null {
    return this.#places.get(id) ?? null
  }

  /** Plans the first list. */
  begin(instruments: readonly Instrument[]): void {
    this.#follow(planShards(this.#venue, instruments, this.#perConnection))
  }

  /** Those of a later list that are to be added: neither planned already nor taken out by hand. */
  newOf(instruments: readonly Instrument[]): readonly Instrument[] {
    return instruments.filter(({ id }) => !this.#places.has(id) && !this.#removed.has(id))
  }

  /** Plans them besides the others, which stay where they are. */
  add(instruments: readonly Instrument[]): void {
    let plan = this.#plan
    for (const instrument of instruments) {
      this.#removed.delete(instrument.id)
      plan = planAdd(plan, instrument, this.#perConnection).plan
    }
    this.#follow(plan)
  }

  /** Takes one out by hand. Gives its connection's share as it was before; null when it was not planned. */
  remove(id: InstrumentId): Shard | null {
    const { plan, shard } = planRemove(this.#plan, id)
    if (shard === null) return null
    this.#follow(plan)
    this.#settled.delete(id)
    this.#removed.add(id)
    return shard
  }

  /** Settles those that are planned still and not settled before. Gives them by connection, in the order given. */
  settle(instruments: readonly Instrument[]): ReadonlyMap<string, readonly Instrument[]> {
    const arrivals = new Map<string, Instrument[]>()
    for (const { id } of instruments) {
      const place = this.#places.get(id)
      if (place === undefined || this.#settled.has(id)) continue
      this.#settled.add(id)
      const others = arrivals.get(place.connection)
      if (others === undefined) arrivals.set(place.connection, [place.instrument])
      else others.push(place.instrument)
    }
    return arrivals
  }

  /** Gives up those that are not settled; a later list may bring them again. */
  forgo(instruments: readonly Instrument[]): void {
    let plan = this.#plan
    for (const { id } of instruments) {
      if (!this.#settled.has(id)) plan = planRemove(plan, id).plan
    }
    this.#follow(plan)
  }

  #follow(plan: ShardPlan): void {
    this.#plan = plan
    const places = new Map<InstrumentId, Place>()
    for (const shard of plan) {
      for (const instrument of shard.instruments) {
        places.set(instrument.id, { connection: shard.id, instrument })
      }
    }
    this.#places = places
  }
}
