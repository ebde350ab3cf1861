import type { SimInstrument, SimMarket } from '../market.ts'
import { decimalText, eightDecimals } from './decimal-text.ts'

const dayMs = 86_400_000
const noPrice = '0'
/** Nobody counts a made-up day's trades: its volume is told by so many. */
const tradesPerDay = 86_400

/** The last 24 hours of a symbol; texts as on the wire. */
export type DayFigures = {
  readonly symbol: string
  readonly openMs: number
  readonly closeMs: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly last: string
  readonly lastSize: string
  readonly change: string
  readonly changePercent: string
  readonly weightedAverage: string
  /** Base units. */
  readonly volume: string
  readonly quoteVolume: string
  readonly bid: string
  readonly bidSize: string
  readonly ask: string
  readonly askSize: string
  /** -1 where nothing ever traded. */
  readonly firstId: number
  readonly lastId: number
  readonly trades: number
}

/** Sums a day up; quote volume and trade count are estimates of the price's middle and a usual count. */
export function dayFigures(market: SimMarket, instrument: SimInstrument): DayFigures {
  const state = market.state(instrument.id)
  const { lastTrade } = state
  const open = Number(state.open24hText)
  const high = Number(state.high24hText)
  const low = Number(state.low24hText)
  const volume = Number(state.volume24hText)
  const last = lastTrade?.price ?? open
  const quoteVolume = (volume * (open + high + low + last)) / 4
  const lastId = lastTrade?.id ?? -1
  const trades = Math.min(lastId + 1, volume > 0 ? tradesPerDay : 0)
  const closeMs = Math.floor(market.nowMs())
  return {
    symbol: instrument.venueSymbol,
    openMs: closeMs - dayMs,
    closeMs,
    open: eightDecimals(state.open24hText),
    high: eightDecimals(state.high24hText),
    low: eightDecimals(state.low24hText),
    last: eightDecimals(lastTrade?.priceText ?? state.open24hText),
    lastSize: eightDecimals(lastTrade?.sizeText ?? noPrice),
    change: decimalText(last - open),
    changePercent: (open > 0 ? ((last - open) / open) * 100 : 0).toFixed(3),
    weightedAverage: decimalText(volume > 0 ? quoteVolume / volume : last),
    volume: eightDecimals(state.volume24hText),
    quoteVolume: decimalText(quoteVolume),
    bid: eightDecimals(state.bid[0]),
    bidSize: eightDecimals(state.bid[1]),
    ask: eightDecimals(state.ask[0]),
    askSize: eightDecimals(state.ask[1]),
    firstId: trades > 0 ? lastId - trades + 1 : -1,
    lastId,
    trades
  }
}
