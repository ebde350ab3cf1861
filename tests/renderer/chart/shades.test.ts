import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gapStateWords } from '../../../src/renderer/ledger/gap-words.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { GapState } from '../../../src/core/market/ledger/gap.ts'
import type { LedgerRange } from '../../../src/core/market/ledger/ledger-range.ts'
import { layOut } from '../../../src/renderer/chart/chart-points.ts'
import { axisBreaks, findShade, layShades } from '../../../src/renderer/chart/shades.ts'
import { aCandle } from '../../support/candles.ts'
import { aGap, aTile, tileOf } from '../support/gaps.ts'

function specOf(interval: string) {
  const spec = parseInterval(interval)
  if (spec === null) throw new Error(interval)
  return spec
}

const seconds = specOf('1s')
const ticks = specOf('100t')
const pointsAt = (...openSeconds: number[]) =>
  layOut(
    openSeconds.map((second) => aCandle({ openMs: second * 1_000 })),
    { spec: seconds, closed: [] }
  )
const gapTile = (fromMs: number, toMs: number, state: GapState = 'lost') =>
  tileOf(aGap({ fromMs, toMs, state }))
const placesOf = (ranges: readonly LedgerRange[], points = pointsAt(0, 1, 2, 3, 4)) =>
  layShades(points, ranges, seconds).map(({ from, to, kind }) => [from, to, kind])

describe('layShades', () => {
  test('shades every bar that a gap touches, whole', () => {
    expect(placesOf([gapTile(1_400, 3_001)])).toEqual([[1, 3, 'lost']])
    expect(placesOf([gapTile(1_000, 3_000)])).toEqual([[1, 2, 'lost']])
  })

  test('shades the empty slots that stand for what did not come', () => {
    expect(placesOf([gapTile(1_000, 4_000, 'open')], pointsAt(0, 4))).toEqual([[1, 3, 'open']])
  })

  test('says nothing of what is complete, or only not sealed yet', () => {
    const ranges = [
      aTile({ fromMs: 0, toMs: 2_000 }),
      aTile({ fromMs: 2_000, toMs: 3_000, state: 'quiet' }),
      aTile({ fromMs: 3_000, toMs: 5_000, state: 'open' })
    ]
    expect(placesOf(ranges)).toEqual([])
  })

  test.each(Object.keys(gapStateWords) as GapState[])('has a shade for %s', (state) => {
    expect(placesOf([gapTile(1_000, 2_000, state)])).toEqual([[1, 1, state]])
  })

  test('shades a bar once, with the gravest of all that touches it', () => {
    const ranges = [
      gapTile(1_100, 1_200, 'open'),
      gapTile(1_300, 1_400, 'refilled'),
      gapTile(1_500, 1_600, 'lost')
    ]
    expect(placesOf(ranges)).toEqual([[1, 1, 'open']])
    expect(placesOf([...ranges, gapTile(1_700, 4_000, 'refilled')])).toEqual([
      [2, 3, 'refilled'],
      [1, 1, 'open']
    ])
  })

  test('leaves of a long stretch what a gap within it does not touch', () => {
    const stretch = aTile({ fromMs: 0, toMs: 5_000, state: 'unproven' })
    const shades = layShades(
      pointsAt(0, 1, 2, 3, 4),
      [stretch, gapTile(2_000, 3_000, 'unproven')],
      seconds
    )
    expect(
      shades.map(({ from, to, range }) => [from, to, range.gap === null ? 'stretch' : 'gap']).sort()
    ).toEqual([
      [0, 1, 'stretch'],
      [2, 2, 'gap'],
      [3, 4, 'stretch']
    ])
  })

  test('never lays two shades over one bar, whatever the gaps', () => {
    const points = pointsAt(0, 1, 2, 5, 6, 9)
    const states = Object.keys(gapStateWords) as GapState[]
    const aGapTile = fc
      .tuple(fc.nat(11_000), fc.integer({ min: 1, max: 6_000 }), fc.constantFrom(...states))
      .map(([fromMs, lengthMs, state]) => gapTile(fromMs, fromMs + lengthMs, state))
    fc.assert(
      fc.property(fc.array(aGapTile, { maxLength: 12 }), (ranges) => {
        const bars = layShades(points, ranges, seconds).flatMap(({ from, to }) =>
          [...Array(Math.max(0, to - from + 1)).keys()].map((step) => from + step)
        )
        expect(bars).toHaveLength(new Set(bars).size)
        const touched = points.flatMap(({ key }, index) =>
          ranges.some(({ fromMs, toMs }) => fromMs < key + 1_000 && toMs > key) ? [index] : []
        )
        expect([...bars].sort((a, b) => a - b)).toEqual(touched)
      })
    )
  })

  test('marks a gap between two bars where the axis leaves its time out', () => {
    const points = layOut([aCandle({ openMs: 0 }), aCandle({ openMs: 9_000_000 })], {
      spec: seconds,
      closed: []
    })
    const [shade] = layShades(points, [gapTile(3_000_000, 3_001_000)], seconds)
    expect(shade).toMatchObject({ from: 1, to: 0 })
    expect(axisBreaks(points, seconds)).toEqual([1])
  })

  test('leaves closed hours unmarked where the axis leaves them out', () => {
    const closed = { fromMs: 1_000, toMs: 8_000 }
    const points = layOut([aCandle({ openMs: 0 }), aCandle({ openMs: 8_000 })], {
      spec: seconds,
      closed: [closed]
    })
    expect(layShades(points, [aTile({ ...closed, state: 'closed' })], seconds)).toEqual([])
  })

  test('shades tick candles whose trades a gap lies among or between', () => {
    const tick = (index: number, openMs: number, closeMs: number) =>
      aCandle({ interval: '100t', dayMs: 86_400_000, index, openMs, closeMs })
    const points = layOut([tick(0, 1_000, 2_000), tick(1, 5_000, 6_000)], {
      spec: ticks,
      closed: []
    })
    const among = layShades(points, [gapTile(1_500, 1_600)], ticks)
    const between = layShades(points, [gapTile(3_000, 4_000)], ticks)
    expect(among.map(({ from, to }) => [from, to])).toEqual([[0, 0]])
    expect(between.map(({ from, to }) => [from, to])).toEqual([[1, 0]])
  })

  test('shades exactly the bars that overlap a gap, wherever it lies', () => {
    const points = pointsAt(0, 1, 2, 5, 6, 9)
    fc.assert(
      fc.property(fc.nat(12_000), fc.integer({ min: 1, max: 6_000 }), (fromMs, lengthMs) => {
        const toMs = fromMs + lengthMs
        const overlapped = points.flatMap(({ key }, index) =>
          key < toMs && key + 1_000 > fromMs ? [index] : []
        )
        const shaded = layShades(points, [gapTile(fromMs, toMs)], seconds).flatMap(({ from, to }) =>
          [...Array(Math.max(0, to - from + 1)).keys()].map((step) => from + step)
        )
        expect(shaded).toEqual(overlapped)
      })
    )
  })
})

describe('findShade', () => {
  test('finds the gravest over a bar, else the one beside it', () => {
    const points = pointsAt(0, 1, 2)
    const shades = layShades(
      points,
      [gapTile(1_100, 1_200, 'open'), gapTile(1_500, 1_600, 'lost')],
      seconds
    )
    expect(findShade(shades, 1)?.kind).toBe('open')
    expect(findShade(shades, 0)).toBeNull()
  })
})
