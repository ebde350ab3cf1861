import { binanceFrames } from './binance-frames.ts'
import { bybitLinearFrames, bybitSpotFrames } from './bybit-frames.ts'
import { coinbaseFrames } from './coinbase-frames.ts'
import { eodhdFrames } from './eodhd-frames.ts'
import type { ShapedVenue } from './frame-shape.ts'

/** Every venue with what it sends of market data. */
export const shapedVenues: readonly ShapedVenue[] = [
  coinbaseFrames,
  bybitLinearFrames,
  bybitSpotFrames,
  binanceFrames,
  eodhdFrames
]
