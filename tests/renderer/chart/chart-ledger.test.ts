import { describe, expect, test } from 'vitest'
import { parseInterval } from '../../../src/core/market/interval.ts'
import { barWords, ChartLedger } from '../../../src/renderer/chart/chart-ledger.ts'
import { layOut } from '../../../src/renderer/chart/chart-points.ts'
import type { Shade } from '../../../src/renderer/chart/shades.ts'
import { aCandle } from '../../support/candles.ts'
import { aGap, aTile, tileOf } from '../support/gaps.ts'

const spec = parseInterval('1s')
if (spec === null) throw new Error('1s is an interval')
const points = layOut([aCandle({ openMs: 0 }), aCandle({ openMs: 3_000 })], { spec, closed: [] })
const lost = tileOf(aGap({ fromMs: 1_000, toMs: 2_000, state: 'lost' }))

function aLedger() {
  const drawn: (readonly Shade[])[] = []
  const ledger = new ChartLedger({ setShades: (shades) => drawn.push(shades) }, spec ?? never())
  return { ledger, drawn }
}

function never(): never {
  throw new Error('checked above')
}

describe('ChartLedger', () => {
  test('draws shades when points or tiles change, and not with each price', () => {
    const { ledger, drawn } = aLedger()
    ledger.setRanges([lost])
    ledger.lay(points)
    ledger.lay(points)
    expect(drawn).toHaveLength(1)
    ledger.lay([...points, { key: 4_000, candle: null }])
    expect(drawn).toHaveLength(2)
    ledger.setRanges([])
    ledger.lay(points)
    expect(drawn.at(-1)).toEqual([])
  })

  test('knows the gap under a bar', () => {
    const { ledger } = aLedger()
    ledger.setRanges([lost])
    ledger.lay(points)
    expect(ledger.gapAt(1)).toBe(lost.gap)
    expect(ledger.gapAt(2)).toBeNull()
    expect(ledger.gapAt(-1)).toBeNull()
  })

  test('says of a bar what the ledger says of its time', () => {
    const { ledger } = aLedger()
    ledger.setRanges([aTile({ fromMs: 0, toMs: 1_000 }), lost])
    expect(points.map((point) => ledger.wordsFor(point))).toEqual([
      'complete, not final',
      'trades lost',
      '',
      'unproven, the venue gives no way to know, not final'
    ])
  })
})

describe('barWords', () => {
  test('calls an empty bar of a complete stretch quiet', () => {
    expect(barWords(null, aTile())).toBe('quiet, no trade')
  })

  test('calls an empty bar that is not sealed yet so, and not a gap', () => {
    expect(barWords(null, aTile({ state: 'open' }))).toBe('not sealed yet')
    expect(barWords(null, tileOf(aGap({ state: 'open' })))).toBe('gap, not settled')
  })

  test('says that a candle is not final', () => {
    expect(barWords(aCandle({ final: false }), aTile())).toBe('complete, not final')
    expect(barWords(aCandle({ final: true }), aTile())).toBe('complete')
  })

  test('goes by the candle while the ledger has not sealed its time', () => {
    const candle = aCandle({ final: true, state: 'refilled' })
    expect(barWords(candle, aTile({ state: 'open' }))).toBe('complete, refilled')
    expect(barWords(candle, null)).toBe('complete, refilled')
  })
})
