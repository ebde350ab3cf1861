import type { SimVenueId } from '../market.ts'

/** What a venue may speak of besides data. */
export const wordSubjects = ['error', 'rate', 'unknown'] as const
export type WordSubject = (typeof wordSubjects)[number]

const bybit: Readonly<Record<WordSubject, string>> = {
  error:
    '{"success":false,"ret_msg":"Server error, please try again","conn_id":"0","req_id":"","op":"subscribe"}',
  rate: '{"success":false,"ret_msg":"Too many visits!","conn_id":"0","req_id":"","op":"subscribe"}',
  unknown: '{"topic":"auction.BTCUSDT","type":"snapshot","ts":1,"data":{}}'
}

/** Shapes are those of the protocol sheets; where no source quotes the words, they are ours. */
const words: Readonly<Record<SimVenueId, Readonly<Record<WordSubject, string>>>> = {
  coinbase: {
    error: '{"type":"error","message":"Internal server error","reason":"try again later"}',
    rate: '{"type":"error","message":"Rate limit exceeded"}',
    unknown: '{"type":"auction","product_id":"BTC-USD","sequence":1}'
  },
  'bybit-spot': bybit,
  'bybit-linear': bybit,
  'binance-spot': {
    error: '{"code":-1001,"msg":"Internal error; unable to process your request.","id":null}',
    rate: '{"code":-1003,"msg":"Too many requests; please use fewer.","id":null}',
    unknown: '{"e":"auction","E":1,"s":"BTCUSDT"}'
  },
  eodhd: {
    error: '{"status":500,"message":"Server error"}',
    rate: '{"status_code":429,"message":"Too many requests"}',
    unknown: '{"auction":"QLD"}'
  }
}

/** What a venue says of a subject, in its own shape. */
export function venueWords(venue: SimVenueId, about: WordSubject): string {
  return words[venue][about]
}
