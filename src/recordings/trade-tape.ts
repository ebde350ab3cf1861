import type { Side } from '../core/market/event.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import { openLines } from './lines.ts'
import { RecordingError } from './recording-error.ts'

/** One trade of a CSV tape. */
export type TapeTrade = {
  readonly instrument: InstrumentId
  /** Venue time, epoch ms, fraction carries microseconds. */
  readonly eventMs: number
  /** Quote currency; finite, above 0. */
  readonly price: number
  /** Base units or shares; finite, above 0. */
  readonly size: number
  /** The aggressor's; null where unknown. */
  readonly side: Side | null
  /** The venue's number or text; null where it gives none. */
  readonly id: string | null
  /** Sale-condition codes, in the order of the source; empty where none. */
  readonly conditions: readonly string[]
}

/** Columns of a tape, in order; the first line of each file. */
export const tapeColumns = [
  'instrument',
  'event_ms',
  'price',
  'size',
  'side',
  'id',
  'conditions'
] as const

/** A column's name. */
export type TapeColumn = (typeof tapeColumns)[number]

const header = tapeColumns.join(',')
const decimalPattern = /^\d+(\.\d+)?(e[+-]?\d+)?$/i
const instrumentPattern = /^[^:]+:.+$/

/**
 * Reads a CSV tape in file order; plain, gzip or zstd. Streams: memory does not grow with the file.
 *
 * Fields are never quoted. `side` is `buy`, `sell` or empty, `id` may be empty, `conditions` holds
 * codes separated by spaces. Blank lines are skipped.
 *
 * @throws RecordingError naming line and column on the first thing that cannot be read.
 */
export async function* openTradeTape(path: string): AsyncGenerator<TapeTrade> {
  let headerSeen = false
  for await (const line of openLines(path)) {
    if (headerSeen) {
      if (line.text !== '') yield readRow(path, line)
      continue
    }
    if (line.text.replace(/^\uFEFF/, '') !== header) throw badHeader(path, line.text)
    headerSeen = true
  }
  if (!headerSeen) throw badHeader(path, '')
}

function readRow(
  file: string,
  line: { readonly number: number; readonly text: string }
): TapeTrade {
  const fields = line.text.split(',')
  const [
    instrument = '',
    eventMs = '',
    price = '',
    size = '',
    side = '',
    id = '',
    conditions = ''
  ] = fields
  const fail = (column: TapeColumn, value: string, expected: string): never => {
    throw badValue({ file, line: line.number, column }, value, expected)
  }
  if (fields.length !== tapeColumns.length) {
    throw new RecordingError(
      'recording-bad-line',
      `expected ${tapeColumns.length} fields, received ${fields.length}`,
      { file, line: line.number }
    )
  }
  const at = readDecimal(eventMs) ?? fail('event_ms', eventMs, 'epoch milliseconds')
  return {
    instrument: isInstrumentId(instrument)
      ? instrument
      : fail('instrument', instrument, 'venue:SYMBOL'),
    eventMs: at,
    price: readDecimal(price) ?? fail('price', price, 'a decimal above 0'),
    size: readDecimal(size) ?? fail('size', size, 'a decimal above 0'),
    side:
      side === 'buy' || side === 'sell'
        ? side
        : side === ''
          ? null
          : fail('side', side, 'buy, sell or nothing'),
    id: id === '' ? null : id,
    conditions: conditions === '' ? [] : conditions.split(' ')
  }
}

function readDecimal(text: string): number | null {
  if (!decimalPattern.test(text)) return null
  const value = Number(text)
  return value > 0 && value < Infinity ? value : null
}

function isInstrumentId(text: string): text is InstrumentId {
  return instrumentPattern.test(text)
}

function badHeader(file: string, received: string): RecordingError {
  const shown = JSON.stringify(received.slice(0, 80))
  return new RecordingError(
    'recording-unknown-format',
    `expected the header "${header}", received ${shown}`,
    { file, line: 1 }
  )
}

function badValue(
  at: { readonly file: string; readonly line: number; readonly column: TapeColumn },
  value: string,
  expected: string
): RecordingError {
  const shown = JSON.stringify(value.slice(0, 40))
  return new RecordingError(
    'recording-bad-value',
    `${at.column}: expected ${expected}, received ${shown}`,
    at
  )
}
