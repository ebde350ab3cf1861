import { eodhd } from '../../../src/venues/eodhd/eodhd.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { receivedMs, type DocumentedFrame, type VenueCase } from '../venue-case.ts'

/** Shape of a US trade. */
export const trade = {
  s: 'AAPL',
  p: 300.25,
  c: [],
  v: 3,
  dp: false,
  ms: 'extended-hours',
  t: 1790000000789
}

const firstTrade = {
  kind: 'trade',
  instrument: 'eodhd:AAPL',
  id: 'contract-1',
  eventMs: 1790000000789,
  receivedMs,
  price: 300.25,
  size: 3,
  side: null
} as const

const frames: readonly DocumentedFrame[] = [
  {
    name: 'word that subscribing is allowed',
    page: 'eodhd.md, Session',
    frame: '{"status_code":200,"message":"Authorized"}',
    expected: { kind: 'authorized' }
  },
  {
    name: 'too many symbols',
    page: 'eodhd.md, Session',
    frame: '{"status_code":422,"message":"Symbols limit reached"}',
    expected: refusal('request', 'limit', '422 Symbols limit reached')
  },
  {
    name: 'symbols sent as an array',
    page: 'eodhd.md, Session',
    frame: '{"status_code":422,"message":"Action and symbols should be string"}',
    expected: refusal('request', 'other', '422 Action and symbols should be string')
  },
  {
    name: 'a key that is not valid',
    page: 'eodhd.md, Session',
    frame: '{"status":403,"message":"Server error"}',
    expected: refusal('connection', 'authentication', '403 Server error')
  },
  {
    name: 'a subscribe that came too early',
    page: 'eodhd.md, Session',
    frame: '{"status":500,"message":"Server error"}',
    expected: refusal('connection', 'other', '500 Server error')
  },
  {
    name: 'a trade as seen live',
    page: 'eodhd.md, US trade',
    frame: JSON.stringify(trade),
    expected: { kind: 'events', events: [firstTrade] }
  },
  {
    name: 'the same print again, as documented',
    page: 'eodhd.md, US trade',
    frame: JSON.stringify({ ...trade, c: 12, ms: 'extended hours' }),
    expected: { kind: 'events', events: [{ ...firstTrade, id: 'contract-2' }] }
  },
  {
    name: 'a quote',
    page: 'eodhd.md, US quote',
    frame: '{"s":"AAPL","ap":300.26,"as":100,"bp":300.25,"bs":200,"t":1790000000789}',
    expected: { kind: 'ignored', type: 'quote' }
  }
]

function refusal(
  scope: 'request' | 'connection',
  code: 'limit' | 'authentication' | 'other',
  reason: string
) {
  return { kind: 'refused', requestId: null, scope, code, instruments: [], reason } as const
}

/** EODHD, for the contract suite. */
export const eodhdCase: VenueCase = {
  venue: eodhd,
  instruments: [anInstrument({ venue: 'eodhd', symbol: 'AAPL', venueSymbol: 'AAPL' })],
  frames
}
