import type { InstrumentId } from '../core/market/instrument.ts'
import { splitInstrumentId } from '../core/market/instrument.ts'
import { openTradeTape, type TapeTrade } from '../recordings/trade-tape.ts'
import type { SimInstrument, SimVenueId } from './market.ts'

/** What a tape holds, found by reading it once. */
export type TapeListing = {
  readonly instruments: readonly SimInstrument[]
  /** Epoch ms of the earliest and the latest trade. */
  readonly firstMs: number
  readonly lastMs: number
  readonly trades: number
}

/** A tape that the simulator cannot play; the message names file and reason. */
export class TapeError extends Error {
  override readonly name = 'TapeError'
}

const venues: ReadonlySet<string> = new Set<SimVenueId>([
  'coinbase',
  'bybit-spot',
  'bybit-linear',
  'eodhd',
  'binance-spot'
])

/**
 * Reads a tape through, for its instruments and the digits that their prices and sizes need.
 *
 * @throws RecordingError when the file cannot be read.
 * @throws TapeError when it is empty or names a venue that the simulator does not speak.
 */
export async function listTape(path: string): Promise<TapeListing> {
  const digits = new Map<InstrumentId, { price: number; size: number }>()
  let firstMs = Infinity
  let lastMs = -Infinity
  let trades = 0
  for await (const trade of openTradeTape(path)) {
    trades += 1
    firstMs = Math.min(firstMs, trade.eventMs)
    lastMs = Math.max(lastMs, trade.eventMs)
    const known = digits.get(trade.instrument) ?? { price: 0, size: 0 }
    known.price = Math.max(known.price, decimalsOf(trade.price))
    known.size = Math.max(known.size, decimalsOf(trade.size))
    digits.set(trade.instrument, known)
  }
  if (trades === 0) throw new TapeError(`${path}: the tape holds no trade`)
  const instruments = [...digits].map(([id, { price, size }]) => describe(path, id, price, size))
  return { instruments, firstMs, lastMs, trades }
}

function describe(
  path: string,
  id: InstrumentId,
  priceDigits: number,
  sizeDigits: number
): SimInstrument {
  const { venue, symbol } = splitInstrumentId(id)
  if (!isSimVenue(venue)) {
    const known = [...venues].join(', ')
    throw new TapeError(`${path}: ${id}: expected one of the venues ${known}`)
  }
  const [base = symbol, quote = 'USD'] = symbol.split('-')
  const venueSymbol = isJoined(venue) ? `${base}${quote}` : symbol
  return { id, venue, venueSymbol, base, quote, priceDigits, sizeDigits, trading: true }
}

/** Venues that spell a pair without a hyphen. */
function isJoined(venue: SimVenueId): boolean {
  return venue === 'bybit-spot' || venue === 'bybit-linear' || venue === 'binance-spot'
}

function isSimVenue(venue: string): venue is SimVenueId {
  return venues.has(venue)
}

/** Digits after the point that a number needs to be written in full. */
export function decimalsOf(value: TapeTrade['price']): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  const fraction = mantissa.split('.')[1]?.length ?? 0
  return Math.max(0, fraction - Number(exponent))
}
