import type { InstrumentRow, PriceRow } from '../../contracts/state-rows.ts'
import type { Sort, SortKey } from '../desk/desk-choices.ts'

/** Change over 24 h in percent; null where either end is unknown. */
export function changePercent(price: PriceRow | undefined): number | null {
  if (price === undefined || price.price === null) return null
  if (price.open24h === null || price.open24h <= 0) return null
  return (price.price / price.open24h - 1) * 100
}

/** What changed hands in 24 h, in quote currency at the last price: comparable between instruments. */
export function turnover(price: PriceRow | undefined): number | null {
  if (price === undefined || price.price === null || price.volume24h === null) return null
  return price.price * price.volume24h
}

/** Distance of ask and bid in hundredths of a percent of their middle. */
export function spreadBasisPoints(price: PriceRow | undefined): number | null {
  if (price === undefined || price.bid === null || price.ask === null) return null
  const middle = (price.bid + price.ask) / 2
  return middle > 0 ? ((price.ask - price.bid) / middle) * 10_000 : null
}

type Find = (id: string) => PriceRow | undefined

const sortValues: Readonly<
  Record<Exclude<SortKey, 'symbol'>, (price: PriceRow | undefined) => number | null>
> = {
  price: (price) => price?.price ?? null,
  change: changePercent,
  volume: turnover,
  spread: spreadBasisPoints,
  trades: (price) => price?.tradesPerMinute ?? null,
  age: (price) => (price?.eventMs === undefined || price.eventMs === null ? null : -price.eventMs)
}

/** True when what an instrument is ordered by is known. */
export function hasSortValue(price: PriceRow | undefined, key: SortKey): boolean {
  return key === 'symbol' || sortValues[key](price) !== null
}

/**
 * Orders instruments for the watchlist: unknown values last in either direction, equal values by
 * symbol and venue, so that the same values always give the same order.
 */
export function orderInstruments(
  instruments: readonly InstrumentRow[],
  findPrice: Find,
  sort: Sort
): readonly InstrumentRow[] {
  const bySymbol = [...instruments].sort(compareNames)
  if (sort.key === 'symbol') return sort.descending ? bySymbol.reverse() : bySymbol
  const read = sortValues[sort.key]
  const direction = sort.descending ? -1 : 1
  return bySymbol
    .map((instrument) => ({ instrument, value: read(findPrice(instrument.id)) }))
    .sort((left, right) => {
      if (left.value === null || right.value === null) {
        return Number(left.value === null) - Number(right.value === null)
      }
      return (left.value - right.value) * direction
    })
    .map((entry) => entry.instrument)
}

/** Keeps instruments whose symbol or venue holds every word of the filter. */
export function filterInstruments(
  instruments: readonly InstrumentRow[],
  filter: string
): readonly InstrumentRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return instruments
  return instruments.filter((instrument) => {
    const text = `${instrument.symbol} ${instrument.venue}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** Ranks instruments for a search: exact base first, then symbols that begin with it, then the rest. */
export function searchInstruments(
  instruments: readonly InstrumentRow[],
  text: string,
  limit: number
): readonly InstrumentRow[] {
  const wanted = text.trim().toLowerCase()
  const rank = (instrument: InstrumentRow) => {
    if (instrument.base.toLowerCase() === wanted) return 0
    return instrument.symbol.toLowerCase().startsWith(wanted) ? 1 : 2
  }
  return filterInstruments(instruments, text)
    .map((instrument) => ({ instrument, rank: rank(instrument) }))
    .sort(
      (left, right) => left.rank - right.rank || compareNames(left.instrument, right.instrument)
    )
    .slice(0, limit)
    .map((entry) => entry.instrument)
}

function compareNames(left: InstrumentRow, right: InstrumentRow): number {
  return compareText(left.symbol, right.symbol) || compareText(left.venue, right.venue)
}

function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
