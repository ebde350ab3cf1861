import { invariant } from '../invariant.ts'
import type { Instrument, InstrumentId } from './instrument.ts'

/** One connection's share of the instruments. */
export type Shard = {
  /** `coinbase-01`; also the connection's id. */
  readonly id: string
  /** Each instrument is in one shard only; never empty. */
  readonly instruments: readonly Instrument[]
}

/** Shards of one venue, ascending by number. */
export type ShardPlan = readonly Shard[]

/**
 * Plans the shards of a venue: by id, `perConnection` to each, numbered from 1.
 *
 * The same instruments give the same shards, in whatever order they come; repeats count once.
 *
 * @param name What the shards are called before their number: the venue's id.
 */
export function planShards(
  name: string,
  instruments: readonly Instrument[],
  perConnection: number
): ShardPlan {
  invariant(perConnection >= 1, `perConnection must be at least 1, received ${perConnection}`)
  const unique = new Map(instruments.map((instrument) => [instrument.id, instrument]))
  const ordered = [...unique.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const shards: Shard[] = []
  for (let start = 0; start < ordered.length; start += perConnection) {
    const id = shardId(name, shards.length + 1)
    shards.push({ id, instruments: ordered.slice(start, start + perConnection) })
  }
  return shards
}

/**
 * Adds an instrument to the first shard with room, or to a new one under the lowest free number; all
 * others stay as they are.
 *
 * @param name What the shards of this plan are called before their number.
 */
export function planAdd(
  plan: ShardPlan,
  instrument: Instrument,
  perConnection: number,
  name: string = instrument.venue
): { readonly plan: ShardPlan; readonly shard: Shard; readonly isNew: boolean } {
  const known = findShard(plan, instrument.id)
  if (known !== null) return { plan, shard: known, isNew: false }
  const roomy = plan.find((shard) => shard.instruments.length < perConnection)
  if (roomy !== undefined) {
    const shard = { ...roomy, instruments: [...roomy.instruments, instrument] }
    return { plan: replace(plan, shard), shard, isNew: false }
  }
  const shard = { id: freeId(plan, name), instruments: [instrument] }
  const grown = [...plan, shard].sort((a, b) => shardNumber(a.id) - shardNumber(b.id))
  return { plan: grown, shard, isNew: true }
}

/**
 * Moves an instrument to another shard of the plan; one left empty is dropped. Null where it is not
 * planned, or the other shard is not there, is its own or has no room.
 *
 * @param most Instruments that one shard may hold.
 */
export function planMove(
  plan: ShardPlan,
  instrument: InstrumentId,
  to: string,
  most: number
): ShardPlan | null {
  const from = findShard(plan, instrument)
  const target = plan.find(({ id }) => id === to)
  const moved = from?.instruments.find(({ id }) => id === instrument)
  if (moved === undefined || target === undefined || target === from) return null
  if (target.instruments.length >= most) return null
  const rest = planRemove(plan, instrument).plan
  return replace(rest, { ...target, instruments: [...target.instruments, moved] })
}

/** Takes an instrument out of its shard; a shard left empty is dropped. `shard` is the one touched, as it was; null when unknown. */
export function planRemove(
  plan: ShardPlan,
  instrument: InstrumentId
): { readonly plan: ShardPlan; readonly shard: Shard | null } {
  const shard = findShard(plan, instrument)
  if (shard === null) return { plan, shard: null }
  const rest = shard.instruments.filter(({ id }) => id !== instrument)
  if (rest.length === 0) return { plan: plan.filter(({ id }) => id !== shard.id), shard }
  return { plan: replace(plan, { ...shard, instruments: rest }), shard }
}

/** Finds the shard that carries an instrument. */
export function findShard(plan: ShardPlan, instrument: InstrumentId): Shard | null {
  return plan.find((shard) => shard.instruments.some(({ id }) => id === instrument)) ?? null
}

function replace(plan: ShardPlan, shard: Shard): ShardPlan {
  return plan.map((old) => (old.id === shard.id ? shard : old))
}

function shardId(name: string, number: number): string {
  return `${name}-${String(number).padStart(2, '0')}`
}

function shardNumber(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1))
}

function freeId(plan: ShardPlan, name: string): string {
  const taken = new Set(plan.map(({ id }) => shardNumber(id)))
  let number = 1
  while (taken.has(number)) number += 1
  return shardId(name, number)
}
