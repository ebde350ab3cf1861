import { describe, expect, test } from 'vitest'
import { venueIds } from '../../src/contracts/settings.ts'
import { loadSettings, parseSettings, SettingsError } from '../../src/service/settings-file.ts'
import { starterSettings } from '../../src/service/demo-plan.ts'
import { venues } from '../../src/venues/registry.ts'

const parse = (text: string) => parseSettings(text, 'settings.toml')

describe('parseSettings', () => {
  test('reads what a user may write', () => {
    const settings = parse(`
      intervals = ["1s", "1m", "250t"]
      [venues.coinbase]
      instruments = "quote:USD"
      per_connection = 15
      ws_url = "ws://127.0.0.1:4000"
      [market_hours.QLD]
      calendar = "XNYS"
    `)
    expect(settings.intervals).toEqual(['1s', '1m', '250t'])
    expect(settings.venues.coinbase).toMatchObject({ enabled: true, per_connection: 15 })
    expect(settings.market_hours['QLD']).toEqual({ calendar: 'XNYS', session: 'regular' })
    expect(settings.run).toEqual({ mode: 'live', clock: 'wall' })
  })

  test('reads dates on which a market keeps other hours than its rules say', () => {
    const { calendars } = parse(`
      [calendars.XNYS]
      closed = ["2027-01-05"]
      early = { "2027-01-06" = "13:00" }
    `)
    expect(calendars.XNYS).toEqual({
      closed: ['2027-01-05'],
      early: { '2027-01-06': '13:00' },
      full: []
    })
  })

  test('reads the file it writes for newcomers', () => {
    expect(parse(starterSettings).venues.coinbase?.instruments).toHaveLength(10)
  })

  test.each([
    ['intervalls = ["1s"]', 'settings.toml: unknown key intervalls'],
    [
      '[venues.kraken]\ninstruments = "all"',
      'settings.toml: unknown key venues.kraken; known venues: coinbase, bybit-spot, bybit-linear, binance-spot, eodhd'
    ],
    ['[venues.coinbase]\ninstruments = "all"\nspeed = 1', 'unknown key venues.coinbase.speed'],
    ['intervals = ["7m"]', 'bad value for intervals.0 ("7m"); allowed: 1s 5s'],
    ['intervals = "1s"', 'bad value for intervals ("1s")'],
    [
      '[venues.coinbase]\ninstruments = "some"',
      'bad value for venues.coinbase.instruments ("some")'
    ],
    ['[venues.coinbase]', 'bad value for venues.coinbase.instruments'],
    [
      '[venues.coinbase]\ninstruments = "all"\nws_url = "http://x"',
      'bad value for venues.coinbase.ws_url ("http://x"); allowed: a URL starting with ws:// or wss://'
    ],
    [
      '[venues.coinbase]\ninstruments = "all"\nper_connection = 0',
      'bad value for venues.coinbase.per_connection (0)'
    ],
    [
      '[venues.eodhd]\ninstruments = "all"\napi_key = 7',
      'bad value for venues.eodhd.api_key; allowed'
    ],
    [
      '[venues.eodhd]\ninstruments = "all"\npriority = ["AAPL"]',
      'bad value for venues.eodhd.priority (["AAPL"]); allowed: nothing: this venue numbers no trades'
    ],
    [
      '[venues.coinbase]\ninstruments = "all"\nlifetime = "1d"',
      'bad value for venues.coinbase.lifetime ("1d"); allowed: a time such as "90s", "15m" or "24h"'
    ],
    [
      '[tape]\ncompact_after = "9m"',
      'bad value for tape.compact_after ("9m"); allowed: at least "10m"'
    ],
    [
      '[retention]\ntrades = "47h"',
      'bad value for retention.trades ("47h"); allowed: at least "48h"'
    ],
    [
      '[retention]\ncandles_1s = "90m"',
      'bad value for retention.candles_1s ("90m"); allowed: a time such as "48h" or "30d"'
    ],
    ['[retention]\ncandles_2s = "90d"', 'unknown key retention.candles_2s'],
    [
      '[audit]\nat = "24:00"',
      'bad value for audit.at ("24:00"); allowed: a time of day in UTC such as "04:30"'
    ],
    ['[calendars.XPAR]', 'unknown key calendars.XPAR'],
    [
      '[calendars.XNYS]\nclosed = ["2027-02-30"]',
      'bad value for calendars.XNYS.closed.0 ("2027-02-30"); allowed: a date in quotes such as "2027-01-05"'
    ],
    [
      '[calendars.XNYS]\nclosed = [2027-01-05]',
      'bad value for calendars.XNYS.closed.0 ("2027-01-05"); allowed: a date in quotes'
    ],
    [
      '[calendars.XNYS]\nearly = { "2027-01-05" = "16:00" }',
      'bad value for calendars.XNYS.early.2027-01-05 ("16:00"); allowed: a time in New York from "09:31" to "15:59"'
    ],
    [
      '[calendars.XNYS]\nearly = { "5 January" = "13:00" }',
      'bad value for calendars.XNYS.early ("5 January"); allowed: a date in quotes such as "2027-01-05" = "13:00"'
    ],
    [
      '[calendars.XNYS]\nclosed = ["2027-01-05"]\nfull = ["2027-01-05"]',
      'bad value for calendars.XNYS ("2027-01-05"); allowed: each date once'
    ],
    ['x = = 1', 'settings.toml:1:5']
  ])('refuses %j with one line naming key and value', (text, message) => {
    let error: unknown
    try {
      parse(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(SettingsError)
    expect((error as SettingsError).message).toContain(message)
    expect((error as SettingsError).message).not.toContain('\n')
  })

  test.each(venues.map(({ id, tradeIds }) => [id, tradeIds]))(
    'takes priority for %s only where trades have ids (%s)',
    (id, tradeIds) => {
      const text = `[venues.${id}]\ninstruments = "all"\npriority = ["X-Y"]\nlifetime = "90s"`
      if (tradeIds === 'none') expect(() => parse(text)).toThrow('numbers no trades')
      else expect(parse(text).venues).toMatchObject({ [id]: { priority: ['X-Y'] } })
    }
  )

  test('knows exactly the venues of the registry', () => {
    expect([...venues.map((venue) => venue.id)].sort()).toEqual([...venueIds].sort())
  })
})

describe('loadSettings', () => {
  test('says null for a file that is not there', async () => {
    await expect(loadSettings('/nowhere/settings.toml')).resolves.toBeNull()
  })

  test('names a file that cannot be read', async () => {
    await expect(loadSettings('/')).rejects.toThrow('settings cannot be read: /')
  })
})
