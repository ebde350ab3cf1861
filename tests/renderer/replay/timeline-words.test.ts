import { describe, expect, test } from 'vitest'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import type { TimelineData } from '../../../src/renderer/replay/timeline-feed.ts'
import { TimelineScale } from '../../../src/renderer/replay/timeline-scale.ts'
import { placeWords } from '../../../src/renderer/replay/timeline-words.ts'
import { anIncident } from '../../support/an-incident.ts'
import { aCandle } from '../../support/candles.ts'
import { aGap } from '../support/gaps.ts'

const fromMs = Date.parse('2026-10-14T10:00:00Z')
const scale = new TimelineScale({ fromMs, toMs: fromMs + 3_600_000 }, 600)
const zone = new ZonedTime('UTC')
const data: TimelineData = {
  kind: 'ready',
  subject: null,
  candles: [aCandle({ openMs: fromMs, closeMs: fromMs + 15_000, volume: 1_240 })],
  gaps: [aGap({ state: 'lost', fromMs: fromMs + 60_000, toMs: fromMs + 61_000 })],
  incidents: [anIncident({ beganMs: fromMs + 1_800_000, endedMs: fromMs + 1_860_000 })]
}

describe('placeWords', () => {
  test('tells the moment and what traded', () => {
    expect(placeWords(data, scale, fromMs + 5_000, zone)).toBe('14 Oct 10:00:05 · Vol 1.24K')
  })

  test('finds a gap too narrow to be hit', () => {
    expect(placeWords(data, scale, fromMs + 64_000, zone)).toBe(
      '14 Oct 10:01:04 · gap lost (disconnected)'
    )
  })

  test('names an outage by its cause', () => {
    expect(placeWords(data, scale, fromMs + 1_820_000, zone)).toMatch(
      /^14 Oct 10:30:20 · outage: ./
    )
  })
})
