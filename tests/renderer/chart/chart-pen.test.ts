import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candle } from '../../../src/core/market/candle.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import { CandleList } from '../../../src/renderer/chart/candle-list.ts'
import { ChartPen, type DrawingSurface } from '../../../src/renderer/chart/chart-pen.ts'
import { layOut, type ChartPoint } from '../../../src/renderer/chart/chart-points.ts'
import { aCandle } from '../../support/candles.ts'

/** Keeps what was drawn as the chart library would, and refuses what it would refuse. */
class StubSurface implements DrawingSurface {
  points: ChartPoint[] = []
  draws = 0

  draw(points: ChartPoint[]): void {
    this.points = points
    this.draws += 1
  }

  put(point: ChartPoint, place: 'end' | 'earlier'): void {
    const lastKey = this.points.at(-1)?.key ?? Number.NEGATIVE_INFINITY
    if (place === 'end' && point.key < lastKey) throw new Error('cannot update oldest data')
    const index = this.points.findIndex((held) => held.key === point.key)
    if (index >= 0) this.points[index] = point
    else if (place === 'end') this.points.push(point)
    else throw new Error('no such point')
  }
}

function aPen(interval: string, ...start: Candle[]) {
  const spec = parseInterval(interval)
  if (spec === null) throw new Error(interval)
  const surface = new StubSurface()
  const pen = new ChartPen(surface, spec)
  const list = new CandleList()
  for (const candle of start) list.put(candle)
  pen.noteReset()
  pen.flush(list.all)
  const live = (...candles: Candle[]) => {
    for (const candle of candles) list.put(candle)
    pen.noteTail(candles)
    pen.flush(list.all)
  }
  return { surface, pen, list, spec, live, keys: () => surface.points.map((point) => point.key) }
}

const at = (second: number, close = 1) => aCandle({ openMs: second * 1_000, close })

describe('ChartPen', () => {
  test('draws everything once and then only what changed', () => {
    const { surface, live, keys } = aPen('1s', at(1), at(2))
    live(at(2, 7))
    live(at(5))

    expect(surface.draws).toBe(1)
    expect(keys()).toEqual([1_000, 2_000, 3_000, 4_000, 5_000])
    expect(surface.points[1]?.candle?.close).toBe(7)
    expect(surface.points[2]?.candle).toBeNull()
  })

  test('puts a late candle into the empty slot that stood for it', () => {
    const { surface, live } = aPen('1s', at(1), at(4))
    live(at(3, 9))

    expect(surface.points[2]?.candle?.close).toBe(9)
    expect(surface.points).toHaveLength(4)
  })

  test('takes out slots of closed hours as soon as they are known', () => {
    const { pen, list, keys } = aPen('1s', at(1), at(6))
    expect(keys()).toEqual([1_000, 2_000, 3_000, 4_000, 5_000, 6_000])
    pen.setClosed([{ fromMs: 2_000, toMs: 5_000 }])
    pen.flush(list.all)

    expect(keys()).toEqual([1_000, 5_000, 6_000])
  })

  test('draws nothing again when the same closed hours are told again', () => {
    const { pen, list, surface } = aPen('1s', at(1), at(6))
    pen.setClosed([{ fromMs: 2_000, toMs: 5_000 }])
    pen.flush(list.all)
    const { draws } = surface
    pen.setClosed([{ fromMs: 2_000, toMs: 5_000 }])
    pen.flush(list.all)

    expect(surface.draws).toBe(draws)
  })

  test('revises a candle in its place without drawing the others', () => {
    const { surface, live } = aPen('1s', at(1), at(2), at(3), at(4))
    live(aCandle({ openMs: 2_000, close: 8, revision: 1, state: 'refilled' }))

    expect(surface.draws).toBe(1)
    expect(surface.points.map((point) => point.candle?.close)).toEqual([1, 8, 1, 1])
  })

  test('draws tick candles anew when a refill moved them in time', () => {
    const tick = (index: number, openMs: number) =>
      aCandle({ interval: '100t', dayMs: 86_400_000, index, openMs })
    const { live, keys } = aPen('100t', tick(0, 90_000_000), tick(1, 90_005_000))
    live(tick(1, 90_003_000))

    expect(keys()).toEqual([90_000_000, 90_003_000])
  })

  test('lets silence pass as empty slots up to now', () => {
    const { pen, keys, live } = aPen('1s', at(1))
    pen.advance(3_900)
    expect(keys()).toEqual([1_000, 2_000, 3_000])
    pen.advance(3_950)
    live(at(3))

    expect(keys()).toEqual([1_000, 2_000, 3_000])
  })

  test('draws the same by steps as at once', () => {
    const seconds = fc.array(fc.nat(40), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(seconds, (order) => {
        const { surface, list, live, spec } = aPen('1s', at(0))
        for (const second of order) live(at(second, second))
        expect(surface.points).toEqual(layOut(list.all, { spec, closed: [] }))
      })
    )
  })

  test('appends tick candles that begin in the same millisecond', () => {
    const tick = (index: number, close: number) =>
      aCandle({ interval: '100t', dayMs: 86_400_000, index, openMs: 90_000_000, close })
    const { surface, live } = aPen('100t', tick(0, 1))
    live(tick(0, 2), tick(1, 3))
    live(tick(1, 4))

    expect(surface.draws).toBe(1)
    expect(surface.points.map((point) => point.candle?.close)).toEqual([2, 4])
  })

  test('finds the candle under the pointer and the one before, across empty slots', () => {
    const { pen } = aPen('1s', at(1, 5), at(4, 6))
    expect(pen.findAt(4_000)?.close).toBe(6)
    expect(pen.findAt(3_000)).toBeNull()
    expect(pen.findBefore(4_000)?.close).toBe(5)
  })
})
