import { describe, expect, test } from 'vitest'
import { settingsSchema } from '../../src/contracts/settings.ts'
import type { MarketState } from '../../src/engine/collector/market-hours.ts'
import { MarketClocks } from '../../src/engine/market-clocks.ts'
import { anInstrument } from '../support/an-instrument.ts'

const share = anInstrument({
  venue: 'eodhd',
  symbol: 'QLD',
  venueSymbol: 'QLD',
  calendar: 'XNYS'
})

function clocks(settings: object = {}): MarketClocks {
  return new MarketClocks(settingsSchema.parse(settings))
}

function utc(text: string): number {
  return Date.parse(`${text}:00Z`)
}

/** What the settings make of the share's market at a moment, in UTC. */
function stateAt(at: string, settings?: object): MarketState {
  return clocks(settings).hours(share, utc(at))
}

describe('MarketClocks', () => {
  test('tells when the market opened, and while closed when it closed and opens next', () => {
    expect(stateAt('2026-03-09T15:00')).toEqual({ isOpen: true, openedMs: utc('2026-03-09T13:30') })
    expect(stateAt('2026-03-08T15:00')).toEqual({
      isOpen: false,
      closedMs: utc('2026-03-06T21:00'),
      nextOpenMs: utc('2026-03-09T13:30')
    })
  })

  test('keeps an extended session of winter open past midnight UTC', () => {
    const extended = { market_hours: { QLD: { calendar: 'XNYS', session: 'extended' } } }
    expect(stateAt('2026-12-02T00:59', extended)).toEqual({
      isOpen: true,
      openedMs: utc('2026-12-01T09:00')
    })
    expect(stateAt('2026-12-02T01:00', extended)).toEqual({
      isOpen: false,
      closedMs: utc('2026-12-02T01:00'),
      nextOpenMs: utc('2026-12-02T09:00')
    })
  })

  test('sees the open after a closure longer than a calendar looks ahead', () => {
    const days = Array.from(Array(31).keys(), (at) => `2027-03-${String(at + 1).padStart(2, '0')}`)
    const markets = clocks({ calendars: { XNYS: { closed: days } } })
    expect(markets.hours(share, utc('2027-03-02T15:00'))).toMatchObject({ nextOpenMs: null })
    expect(markets.hours(share, utc('2027-04-01T15:00'))).toMatchObject({ isOpen: true })
  })

  test('obeys the settings’ own closures, early closes and full days', () => {
    const calendars = {
      XNYS: {
        closed: ['2027-01-05'],
        early: { '2027-01-06': '12:30' },
        full: ['2027-11-26']
      }
    }
    expect(stateAt('2027-01-05T15:00')).toMatchObject({ isOpen: true })
    expect(stateAt('2027-01-05T15:00', { calendars })).toMatchObject({
      isOpen: false,
      nextOpenMs: utc('2027-01-06T14:30')
    })
    expect(stateAt('2027-01-06T17:30', { calendars })).toMatchObject({
      isOpen: false,
      closedMs: utc('2027-01-06T17:30')
    })
    expect(stateAt('2027-11-26T20:00', { calendars })).toMatchObject({ isOpen: true })
    expect(
      clocks({ calendars }).closedBetween(share, {
        fromMs: utc('2027-01-05T00:00'),
        toMs: utc('2027-01-06T00:00')
      })
    ).toEqual([{ fromMs: utc('2027-01-05T00:00'), toMs: utc('2027-01-06T00:00') }])
  })

  test('says so when no open is in sight', () => {
    const closed = Array.from(Array(40).keys(), (at) =>
      new Date(utc('2027-03-01T00:00') + at * 86_400_000).toISOString().slice(0, 10)
    )
    expect(stateAt('2027-03-19T12:00', { calendars: { XNYS: { closed } } })).toEqual({
      isOpen: false,
      closedMs: null,
      nextOpenMs: null
    })
  })

  test('answers anew after a change and after the clock went back', () => {
    const { hours } = clocks()
    const answers = ['13:29', '13:30', '20:00', '13:30'].map(
      (time) => hours(share, utc(`2026-03-09T${time}`)).isOpen
    )
    expect(answers).toEqual([false, true, false, true])
  })
})
