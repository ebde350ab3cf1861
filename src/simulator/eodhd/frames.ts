import { hashUnit, seedOf } from '../hash.ts'
import type { SimTrade } from '../market.ts'

const offExchangeShare = 0.35
const extendedHours: ReadonlySet<number> = new Set([12, 13])

/** The server's own words; note the two key names. */
export const statusFrames = {
  authorized: '{"status_code":200,"message":"Authorized"}',
  badKey: '{"status":403,"message":"Server error"}',
  serverError: '{"status":500,"message":"Server error"}',
  notText: '{"status_code":422,"message":"Action and symbols should be string"}',
  limit: '{"status_code":422,"message":"Symbols limit reached"}'
} as const

/** Writes one US trade. `t` is whole milliseconds; `ms` says `open` unless a condition tells of extended hours. */
export function tradeFrame(symbol: string, trade: SimTrade): string {
  const isOffExchange = hashUnit(seedOf(0, symbol), 1, trade.id) < offExchangeShare
  const hours = trade.conditions.some((code) => extendedHours.has(code)) ? 'extended-hours' : 'open'
  return `{"s":"${symbol}","p":${trade.price},"c":[${trade.conditions.join(',')}],"v":${trade.size},"dp":${isOffExchange},"ms":"${hours}","t":${Math.floor(trade.eventMs)}}`
}
