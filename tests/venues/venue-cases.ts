import { binanceSpotCase } from './binance-spot/frames.ts'
import { bybitLinearCase, bybitSpotCase } from './bybit/frames.ts'
import { coinbaseCase } from './coinbase/frames.ts'
import { eodhdCase } from './eodhd/frames.ts'
import type { VenueCase } from './venue-case.ts'

/** One case for each venue of the registry; the suite fails where one is missing. */
export const venueCases: readonly VenueCase[] = [
  coinbaseCase,
  bybitSpotCase,
  bybitLinearCase,
  binanceSpotCase,
  eodhdCase
]
