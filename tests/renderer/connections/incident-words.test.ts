import { describe, expect, test } from 'vitest'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import {
  incidentCauseSentence,
  incidentCauseText,
  incidentLengthText,
  incidentTimeText,
  incidentTradesSentence,
  incidentVenueText
} from '../../../src/renderer/connections/incident-words.ts'
import { anIncident } from '../../support/an-incident.ts'

const beganMs = Date.UTC(2026, 9, 14, 14, 2, 8)
const zone = new ZonedTime('UTC')

describe('incident words', () => {
  test('name the cause, and keep what the venue said for who wants to know', () => {
    const incident = anIncident({ causeClass: 'reset', causeText: 'closed', causeCode: 1006 })
    expect(incidentCauseText(incident)).toBe('connection reset')
    expect(incidentCauseSentence(incident)).toBe('closed (1006)')
    expect(incidentCauseSentence({ ...incident, causeText: 'closed with 1006' })).toBe(
      'closed with 1006'
    )
    expect(incidentCauseText({ ...incident, causeClass: 'unheard-of' })).toBe('unheard-of')
  })

  test('say whom it concerns', () => {
    expect(incidentVenueText(anIncident())).toBe('coinbase')
    expect(incidentVenueText(anIncident({ venue: null, kind: 'offline' }))).toBe('all venues')
    expect(incidentVenueText(anIncident({ venue: null, kind: 'engine' }))).toBe('engine')
  })

  test.each([
    [80, '80 ms'],
    [999, '999 ms'],
    [2_440, '2.4 s'],
    [41_000, '41 s'],
    [125_000, '2 m 05 s']
  ])('write %i ms as %s', (recoverMs, text) => {
    const incident = anIncident({ beganMs, endedMs: beganMs + recoverMs, recoverMs })
    expect(incidentLengthText(incident, beganMs + 999_999)).toBe(text)
  })

  test('let the time of an open one run, and count one cut off to its end', () => {
    const open = anIncident({ state: 'open', beganMs, endedMs: null, recoverMs: null })
    expect(incidentLengthText(open, beganMs + 3_000)).toBe('3 s')
    expect(incidentLengthText(open, beganMs - 3_000)).toBe('0 s')
    const cutOff = anIncident({ state: 'cut-off', beganMs, endedMs: beganMs + 60_000 })
    expect(incidentLengthText({ ...cutOff, recoverMs: null }, beganMs)).toBe('1 m 00 s')
  })

  test('say what became of the trades, those still looked for only while there are any', () => {
    const none = anIncident({ missedTrades: 0, refilledTrades: 0 })
    expect(incidentTradesSentence(none)).toBe('No trade is known to be missing.')
    const some = anIncident({ missedTrades: 9, refilledTrades: 5, lostTrades: 1 })
    expect(incidentTradesSentence(some)).toBe(
      'Trades: 9 missed, 5 refilled, 1 lost, 3 still looked for.'
    )
    expect(incidentTradesSentence(anIncident())).toBe('Trades: 3 missed, 3 refilled, 0 lost.')
  })

  test('name the day only where it is not today', () => {
    expect(incidentTimeText(beganMs, beganMs + 1_000, zone)).toBe('14:02:08')
    expect(incidentTimeText(beganMs, beganMs + 86_400_000, zone)).toBe('14 Oct 14:02:08')
  })
})
