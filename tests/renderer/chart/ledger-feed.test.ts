import { describe, expect, test } from 'vitest'
import {
  askSpacingMs,
  LedgerFeed,
  mostRanges,
  tailAgeMs
} from '../../../src/renderer/chart/ledger-feed.ts'
import { aLedgerRow, aTile } from '../support/gaps.ts'
import { ScriptedLedger } from '../support/scripted-ledger.ts'

function aFeed() {
  const source = new ScriptedLedger()
  const clock = { nowMs: 1_000_000 }
  const changes: number[] = []
  const feed = new LedgerFeed(
    source,
    'coinbase:BTC-USD',
    () => clock.nowMs,
    () => changes.push(clock.nowMs)
  )
  const pass = (ms: number) => {
    clock.nowMs += ms
    feed.beat()
  }
  return { source, feed, changes, pass }
}

const live = { fromMs: 5_000, toMs: null }

describe('LedgerFeed', () => {
  test('asks for the stretch on the chart and gives its tiles', async () => {
    const { source, feed, changes } = aFeed()
    feed.look(live)
    expect(source.asked.map(({ query }) => query)).toEqual([
      {
        name: 'ledger',
        instrument: 'coinbase:BTC-USD',
        fromMs: 5_000,
        toMs: null,
        limit: mostRanges
      }
    ])
    await source.answer(aTile())
    expect(feed.ranges).toEqual([aTile()])
    expect(changes).toHaveLength(1)
  })

  test('asks again when a gap changed, and not when nothing did', async () => {
    const { source, feed, pass } = aFeed()
    source.put(aLedgerRow({ revision: 1 }))
    feed.look(live)
    await source.answer(aTile())
    pass(askSpacingMs)
    source.put(aLedgerRow({ revision: 1 }))
    expect(source.asked).toHaveLength(1)

    source.put(aLedgerRow({ revision: 2, openGaps: 1 }))
    expect(source.asked).toHaveLength(2)
  })

  test('asks once for a storm of changes, and once more when it is over', async () => {
    const { source, feed, pass } = aFeed()
    feed.look(live)
    for (let revision = 1; revision <= 50; revision += 1) source.put(aLedgerRow({ revision }))
    expect(source.asked).toHaveLength(1)

    await source.answer(aTile())
    pass(askSpacingMs)
    expect(source.asked).toHaveLength(2)
    await source.answer(aTile())
    pass(askSpacingMs)
    expect(source.asked).toHaveLength(2)
  })

  test('asks for older bars as soon as they are on the chart', async () => {
    const { source, feed, pass } = aFeed()
    feed.look(live)
    await source.answer(aTile())
    pass(askSpacingMs)
    feed.look({ fromMs: 4_000, toMs: null })
    expect(source.asked).toHaveLength(2)
  })

  test('looks at the newest end again from time to time, for it was not sealed', async () => {
    const { source, feed, pass } = aFeed()
    feed.look(live)
    await source.answer(aTile({ state: 'open' }))
    pass(tailAgeMs - 1)
    expect(source.asked).toHaveLength(1)
    pass(1)
    expect(source.asked).toHaveLength(2)
  })

  test('asks nothing more of a stretch that is past', async () => {
    const { source, feed, pass } = aFeed()
    feed.look({ fromMs: 5_000, toMs: 9_000 })
    await source.answer(aTile())
    pass(tailAgeMs * 10)
    expect(source.asked).toHaveLength(1)
  })

  test('keeps what it knows when the ledger cannot be asked, and asks again later', async () => {
    const { source, feed, pass } = aFeed()
    feed.look(live)
    await source.answer(aTile())
    source.snapshot()
    pass(askSpacingMs)
    await source.fail()
    expect(feed.ranges).toEqual([aTile()])
    pass(askSpacingMs)
    expect(source.asked).toHaveLength(2)
    pass(10_000)
    expect(source.asked).toHaveLength(3)
  })

  test('never shows as complete what was cut off an answer', async () => {
    const { source, feed } = aFeed()
    feed.look({ fromMs: 0, toMs: null })
    const tiles = [...Array(mostRanges).keys()].map((index) =>
      aTile({ fromMs: 1_000 + index, toMs: 1_001 + index })
    )
    await source.answer(...tiles)
    expect(feed.ranges[0]).toEqual({ fromMs: 0, toMs: 1_000, state: 'unproven', gap: null })
  })
})
