import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimVenueId } from '../market.ts'

export const tradeFields = ['id', 'price', 'size', 'time', 'type'] as const
export type TradeField = (typeof tradeFields)[number]

type VenueTrades = {
  readonly isTrade: (frame: string, instrument: InstrumentId | null) => boolean
  readonly isHeartbeat: (frame: string) => boolean
  readonly isAcknowledgement: (frame: string) => boolean
  /** What the venue calls a field of a trade; null: it has none. */
  readonly names: Readonly<Record<TradeField, string | null>>
  /** Times of a frame that are not a trade's. */
  readonly clocks: readonly string[]
  /** Whether times are text. */
  readonly isoTimes: boolean
}

const never = () => false

const bybit: VenueTrades = {
  isTrade: (frame) => frame.includes('"publicTrade.'),
  isHeartbeat: never,
  isAcknowledgement: (frame) => frame.startsWith('{"success":true') && !frame.includes('"pong"'),
  names: { id: 'i', price: 'p', size: 'v', time: 'T', type: 'S' },
  clocks: ['ts'],
  isoTimes: false
}

/** How each venue's frames of trades look; see its protocol sheet. */
const venueTrades: Readonly<Record<SimVenueId, VenueTrades>> = {
  coinbase: {
    isTrade: (frame) => frame.startsWith('{"type":"match"'),
    isHeartbeat: (frame) => frame.startsWith('{"type":"heartbeat"'),
    isAcknowledgement: (frame) => frame.startsWith('{"type":"subscriptions"'),
    names: { id: 'trade_id', price: 'price', size: 'size', time: 'time', type: 'type' },
    clocks: ['time'],
    isoTimes: true
  },
  'bybit-spot': bybit,
  'bybit-linear': bybit,
  'binance-spot': {
    isTrade: (frame) => frame.includes('"e":"trade"'),
    isHeartbeat: never,
    isAcknowledgement: (frame) => frame.startsWith('{"result":null'),
    names: { id: 't', price: 'p', size: 'q', time: 'T', type: 'e' },
    clocks: ['E'],
    isoTimes: false
  },
  eodhd: {
    isTrade: (...[, instrument]) => instrument !== null,
    isHeartbeat: never,
    isAcknowledgement: never,
    names: { id: null, price: 'p', size: 'v', time: 't', type: 's' },
    clocks: [],
    isoTimes: false
  }
}

/** How the frames of a venue look. */
export function tradesOf(venue: SimVenueId): VenueTrades {
  return venueTrades[venue]
}

/** An object that a frame holds, to be changed. */
export type WireObject = Record<string, unknown>

/** The trades of a parsed frame: itself, or what stands in its `data`. */
export function tradeObjects(frame: WireObject): readonly WireObject[] {
  const { data } = frame
  if (Array.isArray(data)) return data as readonly WireObject[]
  return typeof data === 'object' && data !== null ? [data as WireObject] : [frame]
}
