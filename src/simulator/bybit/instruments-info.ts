import type { SimInstrument } from '../market.ts'
import type { BybitCategory } from './category.ts'
import { stepText } from './decimal-text.ts'

const perpetualSince = '1584230400000'

function spotInfo(instrument: SimInstrument): object {
  return {
    symbol: instrument.venueSymbol,
    baseCoin: instrument.base,
    quoteCoin: instrument.quote,
    innovation: '0',
    status: 'Trading',
    marginTrading: 'utaOnly',
    stTag: '0',
    lotSizeFilter: {
      basePrecision: stepText(instrument.sizeDigits),
      quotePrecision: stepText(8),
      minOrderQty: stepText(instrument.sizeDigits),
      maxOrderQty: '1000000',
      minOrderAmt: '5',
      maxOrderAmt: '4000000'
    },
    priceFilter: { tickSize: stepText(instrument.priceDigits) },
    riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' }
  }
}

function linearInfo(instrument: SimInstrument, ordinal: number): object {
  const tick = stepText(instrument.priceDigits)
  const lot = stepText(instrument.sizeDigits)
  return {
    symbol: instrument.venueSymbol,
    contractType: 'LinearPerpetual',
    status: instrument.trading ? 'Trading' : 'Closed',
    baseCoin: instrument.base,
    quoteCoin: instrument.quote,
    launchTime: perpetualSince,
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(instrument.priceDigits),
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: { minPrice: tick, maxPrice: '1999999.80', tickSize: tick },
    lotSizeFilter: {
      maxOrderQty: '350000.0',
      minOrderQty: lot,
      qtyStep: lot,
      postOnlyMaxOrderQty: '350000.0',
      maxMktOrderQty: '70000.0',
      minNotionalValue: '5'
    },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    settleCoin: instrument.quote,
    copyTrading: 'both',
    upperFundingRate: '0.005',
    lowerFundingRate: '-0.005',
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' },
    displayName: '',
    symbolType: '',
    forbidUplWithdrawal: false,
    symbolId: ordinal + 1
  }
}

function byCodeUnits(left: SimInstrument, right: SimInstrument): number {
  if (left.venueSymbol === right.venueSymbol) return 0
  return left.venueSymbol < right.venueSymbol ? -1 : 1
}

function cursorAt(page: readonly SimInstrument[]): string {
  const first = page[0]?.venueSymbol ?? ''
  const last = page.at(-1)?.venueSymbol ?? ''
  return encodeURIComponent(`first=${first}&last=${last}`)
}

/** Accepts the cursor as given out, and decoded once more on the way. */
function lastOfCursor(cursor: string): string {
  return new URLSearchParams(decodeURIComponent(cursor)).get('last') ?? ''
}

/** Spot comes in one piece; linear in pages ordered by symbol, the last one with an empty cursor. */
export function instrumentsInfo(
  category: BybitCategory,
  all: readonly SimInstrument[],
  query: URLSearchParams
): object {
  const symbol = query.get('symbol')
  const baseCoin = query.get('baseCoin')
  const status = query.get('status') ?? 'Trading'
  const matching = all
    .filter((one) => symbol === null || one.venueSymbol === symbol)
    .filter((one) => baseCoin === null || one.base === baseCoin)
    .filter((one) => (one.trading ? 'Trading' : 'Closed') === status)
  if (category === 'spot') return { category, list: matching.map(spotInfo) }
  const limit = Math.min(Number(query.get('limit') ?? '500'), 1000)
  const after = lastOfCursor(query.get('cursor') ?? '')
  const rest = [...matching].sort(byCodeUnits).filter((one) => one.venueSymbol > after)
  const page = rest.slice(0, limit)
  return {
    category,
    list: page.map(linearInfo),
    nextPageCursor: rest.length > page.length ? cursorAt(page) : ''
  }
}
