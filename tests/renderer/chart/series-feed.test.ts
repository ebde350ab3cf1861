import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candle } from '../../../src/core/market/candle.ts'
import { StreamQueryError } from '../../../src/contracts/stream-receiver.ts'
import { maxPoints } from '../../../src/renderer/chart/chart-points.ts'
import { pageSize, SeriesFeed } from '../../../src/renderer/chart/series-feed.ts'
import { aCandle } from '../../support/candles.ts'
import { ScriptedSeries } from '../support/scripted-series.ts'

const series = { instrument: 'coinbase:BTC-USD', interval: '1s' } as const
const at = (second: number, fields: Partial<Candle> = {}) =>
  aCandle({ openMs: second * 1_000, closeMs: (second + 1) * 1_000, ...fields })
const range = (from: number, to: number) =>
  [...Array(to - from).keys()].map((index) => at(from + index))

function aFeed() {
  const source = new ScriptedSeries()
  const events: string[] = []
  const feed = new SeriesFeed(source, series, {
    onTail: () => events.push('tail'),
    onReset: () => events.push('reset'),
    onStatus: () => events.push(feed.status.kind)
  })
  feed.reload()
  return {
    source,
    feed,
    events,
    seconds: () => feed.candles.map((candle) => candle.openMs / 1_000)
  }
}

describe('SeriesFeed', () => {
  test('watches before it asks, and joins history to the live candle without a seam', async () => {
    const { source, feed, seconds } = aFeed()
    expect(source.watched).toEqual([series])
    source.live(at(12, { trades: 1, close: 5 }))
    await source.answer([at(10), at(11)])
    source.live(at(12, { trades: 2, close: 6 }), at(13))

    expect(seconds()).toEqual([10, 11, 12, 13])
    expect(feed.candles[2]?.close).toBe(6)
    expect(feed.status.kind).toBe('ready')
  })

  test('keeps what it saw live where the store lags behind', async () => {
    const { source, feed } = aFeed()
    source.live(at(12, { trades: 9, close: 9 }))
    await source.answer([at(11), at(12, { trades: 4, close: 4 })])

    expect(feed.candles.at(-1)).toMatchObject({ trades: 9, close: 9 })
  })

  test('forgets at once what a tape that went back has not played yet', async () => {
    const { source, seconds } = aFeed()
    source.atMs = 14_000
    await source.answer(range(10, 14))
    source.atMs = 12_500
    source.snapshot()
    expect(seconds()).toEqual([10, 11])
    await source.answer([at(10), at(11), at(12)])
    expect(seconds()).toEqual([10, 11, 12])
  })

  test('keeps the forming candle of a tape that stands still', async () => {
    const { source, seconds } = aFeed()
    source.atMs = 12_500
    await source.answer(range(10, 13))
    source.snapshot()
    expect(seconds()).toEqual([10, 11, 12])
  })

  test('takes the stored candle where it was revised since', async () => {
    const { source, feed } = aFeed()
    source.live(at(12, { trades: 9, close: 9 }))
    await source.answer([at(12, { trades: 8, close: 8, revision: 1 })])

    expect(feed.candles.at(-1)?.close).toBe(8)
  })

  test('ends the same however history and live candles interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.nat(20), async (liveBefore, stored) => {
        const { source, seconds } = aFeed()
        for (let second = 20; second < 20 + liveBefore; second += 1) source.live(at(second))
        await source.answer(range(0, 20 + Math.min(stored, liveBefore)))
        for (let second = 20 + liveBefore; second < 40; second += 1) source.live(at(second))

        expect(seconds()).toEqual([...Array(40).keys()])
      })
    )
  })

  test('is empty until the first candle of an instrument that never traded', async () => {
    const { source, feed, events } = aFeed()
    await source.answer([])
    expect(feed.status.kind).toBe('empty')
    source.live(at(1))

    expect(events).toEqual(['loading', 'empty', 'reset', 'ready', 'tail'])
  })

  test('keeps its picture when a later query fails', async () => {
    const { source, feed, seconds } = aFeed()
    await source.answer([at(1)])
    source.snapshot()
    await source.fail(new StreamQueryError({ code: 'busy', message: 'too many' }))

    expect(feed.status).toEqual({ kind: 'failed', code: 'busy', message: 'too many' })
    expect(seconds()).toEqual([1])
  })

  test('asks again after a snapshot, because live candles may have been missed', async () => {
    const { source, seconds } = aFeed()
    await source.answer([at(1), at(2, { close: 1 })])
    source.snapshot()
    await source.answer([at(2, { close: 2 }), at(3)])

    expect(seconds()).toEqual([1, 2, 3])
  })

  test('starts over where the pages no longer touch', async () => {
    const { source, seconds } = aFeed()
    await source.answer([at(1), at(2)])
    source.snapshot()
    await source.answer([at(500), at(501)])

    expect(seconds()).toEqual([500, 501])
  })

  test('ignores the answer to a question it asked before', async () => {
    const { source, seconds } = aFeed()
    source.snapshot()
    source.asked[0]?.resolve({ name: 'candles', candles: [at(1)], complete: true })
    await source.answer([at(7)])

    expect(seconds()).toEqual([7])
  })

  test('loads older pages one at a time until there is none', async () => {
    const { source, feed, seconds } = aFeed()
    await source.answer(range(2_000, 2_000 + pageSize))
    feed.loadOlder()
    feed.loadOlder()
    expect(source.asked).toHaveLength(2)
    expect(source.asked[1]?.query).toMatchObject({ fromMs: null, toMs: 2_000_000 })
    await source.answer([at(1_998), at(1_999)])
    feed.loadOlder()
    await source.answer([])
    feed.loadOlder()

    expect(source.asked).toHaveLength(3)
    expect(seconds().slice(0, 3)).toEqual([1_998, 1_999, 2_000])
  })

  test('stays bounded while live candles go on coming', async () => {
    const { source, feed } = aFeed()
    await source.answer(range(0, 10))
    source.live(...range(10, maxPoints + 50))

    expect(feed.candles).toHaveLength(maxPoints)
    expect(feed.candles.at(-1)?.openMs).toBe((maxPoints + 49) * 1_000)
  })

  test('gives up its newest end for older pages, and goes back to it when asked', async () => {
    const { source, feed } = aFeed()
    const start = 100_000
    await source.answer(range(start, start + pageSize))
    for (let page = 1; page * pageSize <= maxPoints; page += 1) {
      feed.loadOlder()
      await source.answer(range(start - page * pageSize, start - (page - 1) * pageSize))
    }
    expect(feed.isDetached).toBe(true)
    expect(feed.candles).toHaveLength(maxPoints)
    source.live(at(start + pageSize))
    expect(feed.candles.at(-1)?.openMs).toBeLessThan(start * 1_000 + pageSize * 1_000)

    feed.goLive()
    await source.answer(range(start, start + pageSize))
    expect(feed.isDetached).toBe(false)
    expect(feed.candles.at(-1)?.openMs).toBe((start + pageSize - 1) * 1_000)
  })

  test('leaves its series when it is closed', () => {
    const { source, feed } = aFeed()
    feed.close()
    expect(source.watched).toEqual([])
  })
})
