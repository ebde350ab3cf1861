import { describe, expect, test } from 'vitest'
import type { TradePage } from '../../../../src/venues/venue.ts'
import {
  aNumberedGap,
  BackfillRig,
  brokeMs,
  toyCandle,
  toyTrade
} from '../../../support/backfill-rig.ts'

describe('Backfill', () => {
  test('does not settle what a gap gained while its end was being asked for', async () => {
    const answer = Promise.withResolvers<undefined>()
    const rig = new BackfillRig(
      {
        fetchTradesById: () => Promise.resolve(null),
        fetchCandles: async () => {
          await answer.promise
          return [toyCandle(brokeMs)]
        }
      },
      [aNumberedGap(1, 5)]
    )
    await rig.start()
    rig.clock.advance(120_000)
    await rig.pass(1_000)
    rig.replace(aNumberedGap(1, 20))
    answer.resolve(undefined)
    await new Promise((resolve) => setImmediate(resolve))
    expect(rig.settlements).toEqual([])
    await rig.pass(5_000)
    expect(rig.settlements).toMatchObject([{ key: { firstId: 1 } }])
    rig.backfill.close()
  })

  test('asks for nothing while the store is behind, and goes on after', async () => {
    const page: TradePage = { trades: [toyTrade(1)], unreadable: 0 }
    const rig = new BackfillRig({ fetchTradesById: () => Promise.resolve(page) }, [
      aNumberedGap(1, 1)
    ])
    rig.backfill.pause()
    await rig.start()
    await rig.pass(10_000)
    expect(rig.applied).toEqual([])
    rig.backfill.resume()
    await rig.pass(1_000)
    expect(rig.storedIds).toEqual([1])
    rig.backfill.close()
  })
})
