import type { Side } from '../core/market/event.ts'

/** A trade as a row of a table tells it. Null where the table has no such column, or nothing in it. */
export type TradeRow = {
  /** Place in the file, counted from 1; a header does not count. */
  readonly row: number
  readonly instrument: string | null
  readonly id: string | null
  /** Venue time, epoch ms, fraction carries microseconds. */
  readonly eventMs: number
  readonly receivedMs: number | null
  /** Finite, above 0. */
  readonly price: number
  readonly size: number
  readonly side: Side | null
  /** What kind of data it says it is. */
  readonly mode: string | null
}

/** Columns that are read; a table may hold them in any order. */
export const tradeColumns = [
  'instrument',
  'id',
  'event_ms',
  'received_ms',
  'price',
  'size',
  'side',
  'mode'
] as const

/** Columns of ours that an import has no use for: they are worked out anew. */
const unusedColumns = ['type', 'state', 'conditions', 'venue', 'symbol', 'arrival']

const neededColumns = ['event_ms', 'price', 'size'] as const

export type TradeColumnName = (typeof tradeColumns)[number]

/** A cell of a row, as CSV or Parquet gives it. */
export type TradeCell = string | number | bigint | null

/** Cells of one row, by column; a column that the table lacks is null. */
export type TradeCells = (column: TradeColumnName) => TradeCell

/** Says what is wrong with the columns of a table; null when nothing is. */
export function problemOfColumns(names: readonly string[]): string | null {
  const known = [...tradeColumns, ...unusedColumns]
  const missing = neededColumns.filter((name) => !names.includes(name))
  const unknown = names.filter((name) => !known.includes(name))
  const twice = names.filter((name, at) => names.indexOf(name) !== at)
  if (missing.length > 0)
    return `no column ${missing.join(', ')}; its columns are ${JSON.stringify(names.join(',').slice(0, 120))}`
  if (unknown.length > 0)
    return `unknown column ${JSON.stringify(unknown[0]?.slice(0, 40))}; known are ${known.join(', ')}`
  return twice.length > 0 ? `column ${String(twice[0])} stands there twice` : null
}

/** A value that a column cannot hold. */
export type BadCell = { readonly column: TradeColumnName; readonly problem: string }

/** Reads a trade from its cells, or says which of them is wrong. */
export function readTradeRow(row: number, cells: TradeCells): TradeRow | BadCell {
  const eventMs = positive(cells('event_ms'))
  const price = positive(cells('price'))
  const size = positive(cells('size'))
  const received = cells('received_ms')
  const receivedMs = isNothing(received) ? null : positive(received)
  const side = cells('side')
  const bad = (column: TradeColumnName, expected: string): BadCell => ({
    column,
    problem: `expected ${expected}, received ${shown(cells(column))}`
  })
  if (eventMs === null) return bad('event_ms', 'epoch milliseconds')
  if (price === null) return bad('price', 'a finite number above 0')
  if (size === null) return bad('size', 'a finite number above 0')
  if (receivedMs === null && !isNothing(received))
    return bad('received_ms', 'epoch milliseconds or nothing')
  if (side !== 'buy' && side !== 'sell' && !isNothing(side))
    return bad('side', 'buy, sell or nothing')
  return {
    row,
    instrument: textOf(cells('instrument')),
    id: textOf(cells('id')),
    eventMs,
    receivedMs,
    price,
    size,
    side: side === 'buy' || side === 'sell' ? side : null,
    mode: textOf(cells('mode'))
  }
}

const decimal = /^\d+(\.\d+)?(e[+-]?\d+)?$/i

function positive(cell: TradeCell): number | null {
  if (typeof cell === 'string' && !decimal.test(cell)) return null
  const value = cell === null ? NaN : Number(cell)
  return value > 0 && value < Infinity ? value : null
}

function isNothing(cell: TradeCell): boolean {
  return cell === null || cell === ''
}

function textOf(cell: TradeCell): string | null {
  return cell === null || cell === '' ? null : String(cell)
}

function shown(cell: TradeCell): string {
  if (isNothing(cell)) return 'nothing'
  return typeof cell === 'string' ? JSON.stringify(cell.slice(0, 40)) : String(cell)
}
