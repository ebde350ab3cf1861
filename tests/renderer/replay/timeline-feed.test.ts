import { describe, expect, test } from 'vitest'
import type { Query, QueryResult } from '../../../src/contracts/state-stream.ts'
import { TimelineFeed } from '../../../src/renderer/replay/timeline-feed.ts'
import { aCandle } from '../../support/candles.ts'
import { anIncident } from '../../support/an-incident.ts'
import { aGap } from '../support/gaps.ts'

const instrument = 'coinbase:BTC-USD'
const range = { fromMs: 1_790_000_000_500, toMs: 1_790_000_600_000 }

function aStore(answers: Partial<Record<Query['name'], QueryResult>> = {}) {
  const asked: Query[] = []
  const feed = new TimelineFeed({
    query: (query) => {
      asked.push(query)
      const answer = answers[query.name]
      return answer === undefined ? Promise.reject(new Error('busy')) : Promise.resolve(answer)
    }
  })
  return { asked, feed }
}

const candles = { name: 'candles', candles: [aCandle()], complete: true } as const
const gaps = { name: 'gaps', gaps: [aGap()] } as const
const incidents = { name: 'incidents', incidents: [] } as const

async function shown(feed: TimelineFeed) {
  await new Promise<void>((resolve) => {
    const stop = feed.subscribe(() => {
      if (feed.data.kind === 'loading') return
      stop()
      resolve()
    })
  })
  return feed.data
}

describe('TimelineFeed', () => {
  test('asks for whole candles that fit the strip', async () => {
    const { asked, feed } = aStore({ candles, gaps, incidents })
    feed.show({ instrument, range })
    const data = await shown(feed)
    expect(asked[0]).toMatchObject({ interval: '1s', fromMs: 1_790_000_000_000, toMs: range.toMs })
    expect(data).toMatchObject({ kind: 'ready', candles: candles.candles, gaps: gaps.gaps })
  })

  test('leaves out candles that cannot be played, and outages of other venues', async () => {
    const { feed } = aStore({
      candles: { ...candles, candles: [aCandle({ source: 'venue', trades: 0 })] },
      gaps,
      incidents: {
        name: 'incidents',
        incidents: [
          anIncident({ id: '1-1', venue: 'coinbase' }),
          anIncident({ id: '1-2', venue: 'bybit-linear' }),
          anIncident({ id: '1-3', venue: null })
        ]
      }
    })
    feed.show({ instrument, range })
    const data = await shown(feed)
    expect(data.candles).toEqual([])
    expect(data.incidents.map(({ id }) => id)).toEqual(['1-1', '1-3'])
  })

  test('says when the store does not answer', async () => {
    const { feed } = aStore({ candles, gaps })
    feed.show({ instrument, range })
    expect((await shown(feed)).kind).toBe('failed')
  })

  test('shows the latest subject, whichever answer comes last', async () => {
    const waiting: ((result: QueryResult) => void)[] = []
    const feed = new TimelineFeed({
      query: (query) =>
        query.name === 'candles'
          ? new Promise((resolve) => waiting.push(resolve))
          : Promise.resolve(query.name === 'gaps' ? gaps : incidents)
    })
    feed.show({ instrument: 'coinbase:ETH-USD', range })
    feed.show({ instrument, range })
    waiting[1]?.(candles)
    const data = await shown(feed)
    waiting[0]?.({ ...candles, candles: [] })
    await Promise.resolve()
    expect(data.subject?.instrument).toBe(instrument)
    expect(feed.data).toBe(data)
  })
})
