import type { SchemaElement } from 'hyparquet'
import type { ColumnSource } from 'hyparquet-writer'
import { invariant } from '../core/invariant.ts'
import type { TapeLabel } from './tape-file.ts'
import { tapeColumnNames } from './tape-file.ts'
import type { TapeRows } from './tape-rows.ts'

/** What the columns are to any reader. */
export function schemaOf({ ids }: TapeLabel): SchemaElement[] {
  const names = tapeColumnNames(ids)
  return [
    { name: 'trade', num_children: names.length },
    ...names.map((name) => elementOf(name, ids))
  ]
}

function elementOf(name: string, ids: TapeLabel['ids']): SchemaElement {
  const required = { name, repetition_type: 'REQUIRED' } as const
  const text = { name, type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
  switch (name) {
    case 'instrument':
      return { ...text, ...required }
    case 'id':
      return ids === 'integer' ? { ...required, type: 'INT64' } : { ...text, ...required }
    case 'side':
      return { ...text, repetition_type: 'OPTIONAL' }
    case 'flagged':
    case 'id_is_integer':
      return { ...required, type: 'BOOLEAN' }
    case 'arrival':
      return { ...required, type: 'INT64' }
    default:
      return { ...required, type: 'DOUBLE' }
  }
}

/** The columns as Parquet's writer takes them, encoded as docs/tape-format.md tells. */
export function columnsOf(rows: TapeRows, { ids }: TapeLabel): ColumnSource[] {
  const number = (name: string, data: Float64Array): ColumnSource => {
    return { name, data, encoding: 'PLAIN', offsetIndex: false }
  }
  const flags = (name: string, data: boolean[]): ColumnSource => {
    return { name, data, encoding: 'RLE', offsetIndex: false }
  }
  const sides = Array.from(rows.side, (side) => (side === 1 ? 'buy' : side === -1 ? 'sell' : null))
  const dictionary = { encoding: 'RLE_DICTIONARY', offsetIndex: false } as const
  const names = Array.from(rows.instrument, (place) => rows.instruments[place] ?? '')
  return [
    { name: 'instrument', data: names, ...dictionary },
    idColumn(rows, ids),
    number('event_ms', rows.eventMs),
    number('received_ms', rows.receivedMs),
    number('price', rows.price),
    number('size', rows.size),
    { name: 'side', data: sides, ...dictionary },
    flags(
      'flagged',
      Array.from(rows.flagged, (flag) => flag === 1)
    ),
    integers('arrival', rows.arrival),
    ...(ids === 'mixed'
      ? [
          flags(
            'id_is_integer',
            Array.from(rows.id, (id) => typeof id === 'number')
          )
        ]
      : [])
  ]
}

function idColumn({ id: all }: TapeRows, ids: TapeLabel['ids']): ColumnSource {
  if (ids === 'integer') return integers('id', all)
  const data = Array.from(all, (id) => {
    invariant(typeof id === 'string' || ids === 'mixed', `expected a text, received ${id}`)
    return String(id)
  })
  return { name: 'id', data, encoding: 'DELTA_LENGTH_BYTE_ARRAY', offsetIndex: false }
}

function integers(name: string, values: ArrayLike<number | string>): ColumnSource {
  const data = new BigInt64Array(values.length)
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]
    invariant(Number.isSafeInteger(value), `${name}: expected a safe integer, received ${value}`)
    data[at] = BigInt(value ?? 0)
  }
  return { name, data, encoding: 'DELTA_BINARY_PACKED', offsetIndex: false }
}
