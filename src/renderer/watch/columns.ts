import type { SortKey } from '../desk/desk-choices.ts'

export type ColumnName =
  | 'mark'
  | 'symbol'
  | 'price'
  | 'change'
  | 'spark'
  | 'volume'
  | 'range'
  | 'spread'
  | 'trades'
  | 'age'
  | 'venue'

export type Column = {
  readonly name: ColumnName
  readonly title: string
  /** What the heading says on hover. */
  readonly meaning: string
  readonly sort: SortKey | null
  /** CSS pixels; the price column grows with the digits it must hold. */
  readonly width: number
  /** 0 is shown always; the highest goes first when the list is narrow. */
  readonly yields: number
}

const columns: readonly Column[] = [
  { name: 'mark', title: '', meaning: 'Freshness', sort: null, width: 20, yields: 0 },
  { name: 'symbol', title: 'Symbol', meaning: 'Instrument', sort: 'symbol', width: 96, yields: 0 },
  { name: 'price', title: 'Last', meaning: 'Latest trade', sort: 'price', width: 24, yields: 0 },
  {
    name: 'change',
    title: 'Chg 24h',
    meaning: 'Change over 24 hours, percent',
    sort: 'change',
    width: 76,
    yields: 1
  },
  {
    name: 'range',
    title: '24h range',
    meaning: 'Where the last price lies between the low and the high of 24 hours',
    sort: null,
    width: 64,
    yields: 6
  },
  {
    name: 'volume',
    title: 'Vol 24h',
    meaning: 'What changed hands in 24 hours, in quote currency at the last price',
    sort: 'volume',
    width: 60,
    yields: 4
  },
  {
    name: 'spread',
    title: 'Sprd bp',
    meaning: 'Ask minus bid in hundredths of a percent of their middle',
    sort: 'spread',
    width: 60,
    yields: 7
  },
  {
    name: 'trades',
    title: 'Tr/min',
    meaning: 'Trades in the last minute',
    sort: 'trades',
    width: 56,
    yields: 5
  },
  {
    name: 'age',
    title: 'Age',
    meaning: 'Time since the last trade',
    sort: 'age',
    width: 54,
    yields: 2
  },
  {
    name: 'spark',
    title: 'Last hour',
    meaning: 'Closes of the last 60 minutes',
    sort: null,
    width: 76,
    yields: 3
  },
  { name: 'venue', title: 'Venue', meaning: 'Where it trades', sort: null, width: 96, yields: 8 }
]

/** Width of the price column for prices with that many decimals, at the list's type size. */
export function priceWidth(digits: number): number {
  return 70 + 7.5 * digits
}

/** What decides which columns are shown. */
export type ColumnSpace = {
  /** CSS pixels of the list without its scroll bar. */
  readonly width: number
  /** CSS pixels that the price column needs. */
  readonly priceColumnWidth: number
  readonly hasSeveralVenues: boolean
  /** What the list is ordered by: its column is the last to go, so that the order can be seen. */
  readonly sortKey: SortKey
}

/** Chooses the columns that fit, in reading order. */
export function fitColumns(space: ColumnSpace): readonly Column[] {
  const { width } = space
  const wanted = columns.map((column) => {
    if (column.name === 'price') return { ...column, width: space.priceColumnWidth }
    if (column.sort === space.sortKey) return { ...column, yields: Math.min(0.5, column.yields) }
    return column.name === 'venue' && space.hasSeveralVenues ? { ...column, yields: 1.5 } : column
  })
  const byImportance = [...wanted].sort((left, right) => left.yields - right.yields)
  const shown = new Set<ColumnName>()
  let used = 0
  for (const column of byImportance) {
    if (column.yields > 0 && used + column.width > width) break
    used += column.width
    shown.add(column.name)
  }
  return wanted.filter((column) => shown.has(column.name))
}
