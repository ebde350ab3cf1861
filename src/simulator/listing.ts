import { instrumentId } from '../core/market/instrument.ts'
import { hashUnit, seedOf } from './hash.ts'
import { coins, delistedCoins, equities, type ListedPrice } from './listed-prices.ts'
import type { SimInstrument, SimVenueId } from './market.ts'

/** An instrument of the seeded market with the character that its trading has. */
export type Listing = {
  readonly instrument: SimInstrument
  /** Its own, made of the market's seed and its id. */
  readonly seed: number
  /** Of the price's course: the same for one coin on every venue. */
  readonly pathSeed: number
  /** Price at the start, in quote currency. */
  readonly price: number
  /** Trades per second on average; 0 when delisted. */
  readonly tradesPerSecond: number
  /** Best ask over best bid, as a share of the price; never less than one price step. */
  readonly spread: number
  /** How much the logarithm of the price moves in a minute. */
  readonly volatility: number
  /** Average of price × size of one trade, in quote currency. */
  readonly meanNotional: number
  readonly firstTradeId: number
}

/** Trades per second of a whole venue at rate 1. */
const tradesPerSecond: Readonly<Record<SimVenueId, number>> = {
  coinbase: 640,
  'bybit-spot': 60,
  'bybit-linear': 100,
  eodhd: 40,
  'binance-spot': 120
}

/** Coins against USDT on Bybit and on Binance. */
const usdtCoins = 60
/** Binance writes eight decimals. */
const leastBinancePrice = 0.00001
const quietTail = 40

/** Lists what the seeded market trades on one venue, busiest first, delisted last. */
export function listVenue(venue: SimVenueId, seed: number, rate: number): Listing[] {
  const { trading, delisted } = namesOf(venue)
  const weights = Array.from(trading.keys(), (rank) => activity(rank, trading.length))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const perWeight = (tradesPerSecond[venue] * rate) / total
  return [
    ...trading.map((listed, rank) =>
      list({ venue, listed, seed, rank, tradesPerSecond: (weights[rank] ?? 0) * perWeight })
    ),
    ...delisted.map((listed) =>
      list({ venue, listed, seed, rank: trading.length, tradesPerSecond: 0 })
    )
  ]
}

/** Zipf-Mandelbrot, and a tail that is silent for minutes. */
function activity(rank: number, count: number): number {
  const weight = 1 / (rank + 11) ** 2
  return count > 3 * quietTail && rank >= count - quietTail ? weight / 20 : weight
}

function namesOf(venue: SimVenueId): {
  readonly trading: readonly ListedPrice[]
  readonly delisted: readonly ListedPrice[]
} {
  if (venue === 'coinbase') return { trading: coins, delisted: delistedCoins }
  if (venue === 'eodhd') return { trading: equities, delisted: [] }
  if (venue === 'binance-spot') {
    const listed = coins.filter(({ price }) => price < 200_000 && price >= leastBinancePrice)
    return { trading: listed.slice(0, usdtCoins), delisted: [] }
  }
  const trading = coins.filter(({ price }) => price < 200_000).slice(0, usdtCoins)
  return { trading: venue === 'bybit-linear' ? trading.map(inThousands) : trading, delisted: [] }
}

/** Linear contracts of very cheap coins are on 1,000 of them. */
function inThousands({ name, price }: ListedPrice): ListedPrice {
  return price < 0.0001 ? { name: `1000${name}`, price: price * 1000 } : { name, price }
}

function list(of: {
  readonly venue: SimVenueId
  readonly listed: ListedPrice
  readonly seed: number
  readonly rank: number
  readonly tradesPerSecond: number
}): Listing {
  const instrument = describe(of.venue, of.listed, of.tradesPerSecond > 0)
  const seed = seedOf(of.seed, instrument.id)
  const pathSeed = seedOf(of.seed, of.listed.name)
  const busy = 1 / (of.rank + 1)
  return {
    instrument,
    seed,
    pathSeed,
    price: of.listed.price * (0.96 + 0.08 * hashUnit(pathSeed, 1, 0)),
    tradesPerSecond: of.tradesPerSecond,
    spread: (0.5 + Math.min(of.rank, 200) * 0.15 * (0.5 + hashUnit(seed, 2, 0))) / 10_000,
    volatility: of.venue === 'eodhd' ? 0.0002 : 0.0003 + 0.0002 * hashUnit(pathSeed, 3, 0),
    meanNotional: (of.venue === 'eodhd' ? 9_000 : 250) * (0.5 + hashUnit(seed, 4, 0) + 3 * busy),
    firstTradeId: Math.floor((1 + hashUnit(seed, 5, 0)) * (1_000_000 + 600_000_000 * busy))
  }
}

function describe(venue: SimVenueId, listed: ListedPrice, trading: boolean): SimInstrument {
  const { name, price } = listed
  if (venue === 'eodhd') {
    const id = instrumentId(venue, name)
    const digits = { priceDigits: 2, sizeDigits: 4 }
    return { id, venue, venueSymbol: name, base: name, quote: 'USD', ...digits, trading }
  }
  const quote = venue === 'coinbase' ? 'USD' : 'USDT'
  const symbol = `${name}-${quote}`
  return {
    id: instrumentId(venue, symbol),
    venue,
    venueSymbol: venue === 'coinbase' ? symbol : `${name}${quote}`,
    base: name,
    quote,
    priceDigits: Math.max(2, Math.min(maxPriceDigits(venue), 4 - Math.floor(Math.log10(price)))),
    sizeDigits: sizeDigits(venue, price),
    trading
  }
}

function maxPriceDigits(venue: SimVenueId): number {
  return venue === 'binance-spot' ? 8 : 10
}

function sizeDigits(venue: SimVenueId, price: number): number {
  const magnitude = Math.floor(Math.log10(price))
  if (venue === 'coinbase') return Math.max(0, Math.min(8, 6 + 2 * magnitude))
  const digits = Math.max(0, magnitude + (venue === 'bybit-linear' ? -1 : 2))
  return Math.min(venue === 'bybit-linear' ? 3 : 6, digits)
}
