import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  findShard,
  planAdd,
  planMove,
  planRemove,
  planShards
} from '../../../src/core/market/shard-plan.ts'
import type { ShardPlan } from '../../../src/core/market/shard-plan.ts'
import { seededRandom } from '../../../src/core/market/random.ts'
import { aToy, someToys } from '../../support/toy-venue.ts'

const numbers = fc.uniqueArray(fc.nat(200), { maxLength: 60 })
const toys = numbers.map((all) => all.map((number) => aToy(`T${number}-USD`)))
const size = fc.integer({ min: 1, max: 20 })

function idsOf(plan: ShardPlan): readonly string[] {
  return plan.flatMap(({ instruments }) => instruments.map(({ id }) => id))
}

describe('planShards', () => {
  test('326 instruments at 15 make 22 connections', () => {
    const plan = planShards('coinbase', someToys(326), 15)
    expect(plan).toHaveLength(22)
    expect(plan.map(({ id }) => id).slice(0, 2)).toEqual(['coinbase-01', 'coinbase-02'])
    expect(plan.at(-1)).toMatchObject({ id: 'coinbase-22' })
    expect(plan.at(-1)?.instruments).toHaveLength(11)
  })

  test('past 99 the numbers grow', () => {
    expect(planShards('x', someToys(120), 1).at(-1)?.id).toBe('x-120')
  })

  test('the same instruments give the same shards in any order', () => {
    fc.assert(
      fc.property(toys, size, fc.nat(), (all, perConnection, seed) => {
        const random = seededRandom(seed)
        const shuffled = all
          .map((each) => ({ each, key: random() }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each)
        expect(planShards('toy', shuffled, perConnection)).toEqual(
          planShards('toy', all, perConnection)
        )
      })
    )
  })

  test('every instrument is in exactly one shard, and none is too big', () => {
    fc.assert(
      fc.property(toys, size, (all, perConnection) => {
        const plan = planShards('toy', [...all, ...all], perConnection)
        expect([...idsOf(plan)].sort()).toEqual(all.map(({ id }) => id).sort())
        for (const { instruments } of plan) {
          expect(instruments.length).toBeGreaterThan(0)
          expect(instruments.length).toBeLessThanOrEqual(perConnection)
        }
      })
    )
  })
})

describe('planAdd', () => {
  test('fills a hole before it opens a shard, and takes the lowest free number', () => {
    const plan = planShards('toy', someToys(6), 2)
    const holed = planRemove(plan, 'toy:T003-USD').plan
    expect(planAdd(holed, aToy('NEW-USD'), 2)).toMatchObject({
      shard: { id: 'toy-02' },
      isNew: false
    })
    const less = planRemove(holed, 'toy:T004-USD').plan
    expect(planAdd(less, aToy('NEW-USD'), 2)).toMatchObject({
      shard: { id: 'toy-02' },
      isNew: true
    })
    expect(planAdd(less, aToy('NEW-USD'), 2).plan.map(({ id }) => id)).toEqual([
      'toy-01',
      'toy-02',
      'toy-03'
    ])
  })

  test('an instrument that is there already changes nothing', () => {
    const plan = planShards('toy', someToys(3), 2)
    expect(planAdd(plan, aToy('T001-USD'), 2).plan).toBe(plan)
  })
})

describe('planAdd and planRemove', () => {
  test('touch one shard only, and leave every other as it was', () => {
    fc.assert(
      fc.property(toys, size, fc.array(fc.tuple(fc.boolean(), fc.nat(200))), (all, per, steps) => {
        let plan = planShards('toy', all, per)
        for (const [adds, number] of steps) {
          const instrument = aToy(`T${number}-USD`)
          const before = new Map(plan.map((shard) => [shard.id, shard]))
          const touched = adds
            ? planAdd(plan, instrument, per)
            : { ...planRemove(plan, instrument.id), isNew: false }
          for (const shard of touched.plan) {
            if (shard.id !== touched.shard?.id) expect(shard).toBe(before.get(shard.id))
          }
          plan = touched.plan
          expect(findShard(plan, instrument.id) !== null).toBe(adds)
          expect(plan.every(({ instruments }) => instruments.length <= per)).toBe(true)
        }
        expect(new Set(idsOf(plan)).size).toBe(idsOf(plan).length)
        expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length)
      })
    )
  })
})

describe('planMove', () => {
  test('keeps every instrument in one shard, and none above the most', () => {
    fc.assert(
      fc.property(toys, size, fc.nat(59), fc.nat(59), (all, perConnection, which, where) => {
        const plan = planShards('toy', all, perConnection)
        const moved = all[which]
        const to = plan[where % Math.max(1, plan.length)]
        if (moved === undefined || to === undefined) return
        const next = planMove(plan, moved.id, to.id, perConnection)
        const isRefused = findShard(plan, moved.id) === to || to.instruments.length >= perConnection
        expect(next === null).toBe(isRefused)
        if (next === null) return
        expect([...idsOf(next)].sort()).toEqual([...idsOf(plan)].sort())
        expect(findShard(next, moved.id)?.id).toBe(to.id)
        expect(next.every(({ instruments }) => instruments.length <= perConnection)).toBe(true)
      })
    )
  })
})
