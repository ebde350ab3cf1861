import { describe, expect, test } from 'vitest'
import type { Query, QueryResult } from '../../../src/contracts/state-stream.ts'
import { LatestGaps, mostGaps } from '../../../src/renderer/connections/latest-gaps.ts'
import { aGap, aTile } from '../support/gaps.ts'

async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve()
}

function aList(answer: (query: Query) => Promise<QueryResult>) {
  const asked: Query[] = []
  let change: () => void = () => undefined
  const gaps = new LatestGaps({
    query: (query) => {
      asked.push(query)
      return answer(query)
    },
    onSnapshot: () => () => undefined,
    ledger: {
      subscribe: (listener) => {
        change = listener
        return () => undefined
      }
    },
    samples: () => ['coinbase:BTC-USD', 'eodhd:QLD']
  })
  gaps.start()
  const beat = async () => {
    gaps.beat()
    await settled()
  }
  return { gaps, asked, beat, change: () => change() }
}

const oneGap = () => Promise.resolve<QueryResult>({ name: 'gaps', gaps: [aGap()] })

describe('LatestGaps', () => {
  test('reads the newest gaps of all instruments once, and again only after a change', async () => {
    const { gaps, asked, beat, change } = aList(oneGap)
    await beat()
    await beat()
    expect(asked).toEqual([
      { name: 'gaps', instrument: null, fromMs: null, toMs: null, limit: mostGaps }
    ])
    expect(gaps.list).toEqual({ kind: 'ready', gaps: [aGap()], samples: [] })
    change()
    change()
    await beat()
    expect(asked).toHaveLength(2)
  })

  test('asks how far each venue can be proven where there is no gap', async () => {
    const { gaps, asked, beat } = aList((query) =>
      Promise.resolve(
        query.name === 'ledger' ? { name: 'ledger', ranges: [aTile()] } : { name: 'gaps', gaps: [] }
      )
    )
    await beat()
    expect(asked.flatMap((query) => (query.name === 'ledger' ? [query.instrument] : []))).toEqual([
      'coinbase:BTC-USD',
      'eodhd:QLD'
    ])
    expect(gaps.list.samples).toEqual([[aTile()], [aTile()]])
  })

  test('keeps what it read when the store does not answer, says so, and tries again', async () => {
    let isDown = false
    const { gaps, asked, beat, change } = aList(() =>
      isDown ? Promise.reject(new Error('busy')) : oneGap()
    )
    await beat()
    isDown = true
    change()
    await beat()
    expect(gaps.list).toMatchObject({ kind: 'failed', gaps: [aGap()] })
    isDown = false
    await beat()
    expect(gaps.list.kind).toBe('ready')
    expect(asked).toHaveLength(3)
  })
})
