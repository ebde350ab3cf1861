import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import {
  mostBars,
  timelineInterval,
  TimelineScale
} from '../../../src/renderer/replay/timeline-scale.ts'

const at = (text: string) => Date.parse(text)
const minuteMs = 60_000
const someRange = fc
  .record({
    fromMs: fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 }),
    lengthMs: fc.integer({ min: 1, max: 400 * 86_400_000 })
  })
  .map(({ fromMs, lengthMs }) => ({ fromMs, toMs: fromMs + lengthMs }))

describe('timelineInterval', () => {
  test.each([
    [10 * minuteMs, '1s'],
    [60 * minuteMs, '15s'],
    [1_440 * minuteMs, '5m'],
    [30 * 1_440 * minuteMs, '4h'],
    [2_000 * 1_440 * minuteMs, '1d']
  ])('draws %i ms in candles of %s', (lengthMs, interval) => {
    expect(timelineInterval({ fromMs: 0, toMs: lengthMs }).interval).toBe(interval)
  })

  test('gives no more bars than there is room for, as long as days allow it', () => {
    fc.assert(
      fc.property(someRange, (range) => {
        const { lengthMs } = timelineInterval(range)
        expect((range.toMs - range.fromMs) / lengthMs).toBeLessThanOrEqual(mostBars)
      })
    )
  })
})

describe('TimelineScale', () => {
  test('finds a moment again by its place', () => {
    fc.assert(
      fc.property(
        someRange,
        fc.integer({ min: 1, max: 4_000 }),
        fc.nat(1_000),
        (range, width, share) => {
          const scale = new TimelineScale(range, width)
          const atMs = range.fromMs + ((range.toMs - range.fromMs) * share) / 1_000
          expect(scale.msAt(scale.xOf(atMs))).toBeCloseTo(atMs, 0)
        }
      )
    )
  })

  test('takes what lies beside the strip for its nearer end', () => {
    const scale = new TimelineScale({ fromMs: 1_000, toMs: 2_000 }, 100)
    expect([scale.msAt(-5), scale.msAt(500)]).toEqual([1_000, 2_000])
  })

  test('labels round times of the zone, midnight with its day', () => {
    const zone = new ZonedTime('America/New_York')
    const range = { fromMs: at('2026-10-14T03:10:00Z'), toMs: at('2026-10-14T05:10:00Z') }
    const labels = new TimelineScale(range, 460).labels(zone)
    expect(labels.map(({ text }) => text)).toEqual(['23:30', '14 Oct', '00:30', '01:00'])
  })

  test('keeps to round times over the night when the clocks are turned', () => {
    const zone = new ZonedTime('America/New_York')
    const range = { fromMs: at('2026-03-08T04:30:00Z'), toMs: at('2026-03-08T16:30:00Z') }
    const labels = new TimelineScale(range, 500).labels(zone)
    expect(labels.map(({ text }) => text)).toEqual(['8 Mar', '03:00', '06:00', '09:00', '12:00'])
  })

  test('has labels in rising order, each with room', () => {
    fc.assert(
      fc.property(someRange, fc.integer({ min: 200, max: 3_000 }), (range, width) => {
        const scale = new TimelineScale(range, width)
        const places = scale.labels(new ZonedTime('UTC')).map(({ atMs }) => scale.xOf(atMs))
        for (let place = 1; place < places.length; place += 1) {
          expect((places[place] ?? 0) - (places[place - 1] ?? 0)).toBeGreaterThan(60)
        }
      })
    )
  })
})
