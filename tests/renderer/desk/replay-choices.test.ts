import { describe, expect, test } from 'vitest'
import {
  defaultReplayChoices,
  mostBookmarks,
  type Bookmark,
  replayCharts,
  replayChoicesSchema,
  withBookmark,
  withChartCount,
  withoutBookmark
} from '../../../src/renderer/desk/replay-choices.ts'

const btc = { instrument: 'coinbase:BTC-USD', interval: '1m' }
const eth = { instrument: 'coinbase:ETH-USD', interval: '5m' }
const bookmark = (atMs: number) => ({ instrument: btc.instrument, atMs })

describe('replayCharts', () => {
  test('are those of the screen, else the first of Watch', () => {
    expect(replayCharts(defaultReplayChoices, [btc, eth])).toEqual([btc])
    expect(replayCharts({ ...defaultReplayChoices, charts: [eth, btc] }, [btc])).toEqual([eth, btc])
  })
})

describe('withChartCount', () => {
  test('keeps the first ones and repeats the last', () => {
    expect(withChartCount([btc, eth], 4)).toEqual([btc, eth, eth, eth])
    expect(withChartCount([btc, eth], 1)).toEqual([btc])
    expect(withChartCount([], 2)).toHaveLength(2)
  })
})

describe('bookmarks', () => {
  test('are set once and removed by what they name', () => {
    const set = withBookmark(withBookmark([bookmark(1)], bookmark(2)), bookmark(1))
    expect(set).toEqual([bookmark(1), bookmark(2)])
    expect(withoutBookmark(set, bookmark(1))).toEqual([bookmark(2)])
  })

  test('stay within their bound: the one set first goes', () => {
    const all = [...Array(mostBookmarks + 5).keys()].map(bookmark)
    const kept = all.reduce<Bookmark[]>(withBookmark, [])
    expect(kept).toHaveLength(mostBookmarks)
    expect(kept[0]).toEqual(bookmark(5))
    expect(
      replayChoicesSchema.safeParse({ ...defaultReplayChoices, bookmarks: kept }).success
    ).toBe(true)
  })
})
