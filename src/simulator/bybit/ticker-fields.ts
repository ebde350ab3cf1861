import type { SimInstrument, SimLevel, SimMarket, SimState } from '../market.ts'
import { trimmedText } from './decimal-text.ts'
import type { HourAgoPrices } from './hour-ago.ts'
import type { TickDirection } from './tick-direction.ts'

/** Field texts in wire order. */
export type TickerFields = ReadonlyMap<string, string>

const fundingMs = 8 * 3_600_000
/** How far the made-up index stands above the made-up mark price. */
const indexPremium = 1.0003
const fundingRate = '0.0001'

/** What both kinds of ticker say of the last day, each text read once: a market may make them on reading. */
type DayTexts = {
  readonly last: number
  readonly lastText: string
  readonly openText: string
  readonly volumeText: string
  /** Change of the price as a fraction. */
  readonly changeText: string
}

function readDay(state: SimState): DayTexts {
  const { lastTrade, open24hText: openText, volume24hText: volumeText } = state
  const open = Number(openText)
  const last = lastTrade?.price ?? open
  const changeText = open > 0 ? trimmedText((last - open) / open, 6) : '0'
  return { last, lastText: lastTrade?.priceText ?? openText, openText, volumeText, changeText }
}

function turnoverText({ last, volumeText }: DayTexts, digits: number): string {
  return (Number(volumeText) * last).toFixed(digits)
}

function middle(bid: SimLevel, ask: SimLevel, fallback: number): number {
  const sum = Number(bid[0]) + Number(ask[0])
  return Number(bid[0]) > 0 && Number(ask[0]) > 0 ? sum / 2 : fallback
}

export type LinearTickerInput = {
  readonly market: SimMarket
  readonly instrument: SimInstrument
  readonly direction: TickDirection
  readonly prices: HourAgoPrices
}

/**
 * Builds all fields of a linear ticker, in the order of deltas.
 *
 * Mark, index and funding are made up from the quote: the market behind knows trades only.
 */
export function linearTicker({
  market,
  instrument,
  direction,
  prices
}: LinearTickerInput): TickerFields {
  const state = market.state(instrument.id)
  const { bid, ask, openInterestText } = state
  const day = readDay(state)
  const mark = middle(bid, ask, day.last)
  const interest = Number(openInterestText)
  const value = interest * mark
  const nextFundingMs = (Math.floor(market.nowMs() / fundingMs) + 1) * fundingMs
  return new Map([
    ['symbol', instrument.venueSymbol],
    ['tickDirection', direction],
    ['price24hPcnt', day.changeText],
    ['lastPrice', day.lastText],
    ['prevPrice24h', day.openText],
    ['highPrice24h', state.high24hText],
    ['lowPrice24h', state.low24hText],
    ['prevPrice1h', prices.text(instrument)],
    ['markPrice', mark.toFixed(instrument.priceDigits)],
    ['indexPrice', (mark * indexPremium).toFixed(instrument.priceDigits)],
    ['openInterest', openInterestText],
    ['openInterestValue', value.toFixed(2)],
    ['turnover24h', turnoverText(day, 4)],
    ['volume24h', day.volumeText],
    ['nextFundingTime', String(nextFundingMs)],
    ['fundingRate', fundingRate],
    ['bid1Price', bid[0]],
    ['bid1Size', bid[1]],
    ['ask1Price', ask[0]],
    ['ask1Size', ask[1]],
    ['singleOpenInterest', trimmedText(interest / 2, instrument.sizeDigits)],
    ['singleOpenInterestValue', (value / 2).toFixed(2)]
  ])
}

const snapshotOrder = [
  'symbol',
  'tickDirection',
  'price24hPcnt',
  'lastPrice',
  'prevPrice24h',
  'highPrice24h',
  'lowPrice24h',
  'prevPrice1h',
  'markPrice',
  'indexPrice',
  'openInterest',
  'openInterestValue',
  'turnover24h',
  'volume24h',
  'fundingIntervalHour',
  'fundingCap',
  'singleOpenInterest',
  'singleOpenInterestValue',
  'nextFundingTime',
  'fundingRate',
  'bid1Price',
  'bid1Size',
  'ask1Price',
  'ask1Size',
  'preOpenPrice',
  'preQty',
  'curPreListingPhase'
]

/** The fields of a linear snapshot: some stand elsewhere than in deltas, and some never change. */
export function linearSnapshot(fields: TickerFields): TickerFields {
  const all = new Map<string, string>([
    ...fields,
    ['fundingIntervalHour', '8'],
    ['fundingCap', '0.005'],
    ['preOpenPrice', ''],
    ['preQty', ''],
    ['curPreListingPhase', '']
  ])
  return new Map(snapshotOrder.map((name) => [name, all.get(name) ?? '']))
}

/** Fields that go out together whichever of them changed. */
const companions: readonly (readonly string[])[] = [
  ['bid1Price', 'bid1Size'],
  ['ask1Price', 'ask1Size'],
  ['price24hPcnt', 'lastPrice'],
  ['turnover24h', 'volume24h']
]

/** What a delta says: the symbol and what changed, in wire order; null when nothing did. */
export function tickerDelta(before: TickerFields, after: TickerFields): TickerFields | null {
  const changed = new Set<string>()
  for (const [name, text] of after) {
    if (before.get(name) === text) continue
    changed.add(name)
    if (name === 'price24hPcnt') continue
    for (const group of companions) {
      if (group.includes(name)) for (const companion of group) changed.add(companion)
    }
  }
  if (changed.size === 0) return null
  changed.add('symbol')
  return new Map([...after].filter(([name]) => changed.has(name)))
}

/** Builds all fields of a spot ticker, in wire order. It has no best bid and ask. */
export function spotTicker(market: SimMarket, instrument: SimInstrument): TickerFields {
  const state = market.state(instrument.id)
  const day = readDay(state)
  return new Map([
    ['symbol', instrument.venueSymbol],
    ['lastPrice', day.lastText],
    ['highPrice24h', state.high24hText],
    ['lowPrice24h', state.low24hText],
    ['prevPrice24h', day.openText],
    ['volume24h', day.volumeText],
    ['turnover24h', turnoverText(day, 8)],
    ['price24hPcnt', day.changeText],
    ['usdIndexPrice', day.last.toFixed(instrument.priceDigits)]
  ])
}
