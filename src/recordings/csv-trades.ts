import { splitCsvRecord } from './csv-record.ts'
import { openLines, type Line } from './lines.ts'
import { RecordingError } from './recording-error.ts'
import { problemOfColumns, readTradeRow, type TradeColumnName, type TradeRow } from './trade-row.ts'

/**
 * Reads the trades of a CSV file: a header that names the columns, then a trade a line. Blank lines are
 * skipped.
 *
 * @throws RecordingError
 */
export async function* openCsvTrades(file: string): AsyncGenerator<TradeRow> {
  let names: readonly string[] | null = null
  let row = 0
  for await (const line of openLines(file)) {
    if (names === null) {
      names = readHeader(file, line)
      continue
    }
    if (line.text === '') continue
    row += 1
    yield readLine({ file, line, row }, names)
  }
  if (names === null) throw unknownFormat(file, 'the file is empty')
}

function readHeader(file: string, { text }: Line): readonly string[] {
  const names = splitCsvRecord(text.replace(/^\uFEFF/, ''))
  if (names === null) throw unknownFormat(file, 'the first line is no CSV')
  const problem = problemOfColumns(names)
  if (problem !== null) throw unknownFormat(file, problem)
  return names
}

function readLine(
  at: { readonly file: string; readonly line: Line; readonly row: number },
  names: readonly string[]
): TradeRow {
  const { file, line, row } = at
  const fields = splitCsvRecord(line.text)
  if (fields?.length !== names.length) {
    const received = fields === null ? 'quotes that do not match' : `${fields.length}`
    throw new RecordingError(
      'recording-bad-line',
      `row ${row}: expected ${names.length} fields, received ${received}`,
      { file, line: line.number }
    )
  }
  const cellOf = (column: TradeColumnName) => fields[names.indexOf(column)] ?? null
  const read = readTradeRow(row, cellOf)
  if (!('problem' in read)) return read
  const { column, problem } = read
  throw new RecordingError('recording-bad-value', `row ${row}: ${column}: ${problem}`, {
    file,
    line: line.number,
    column
  })
}

function unknownFormat(file: string, problem: string): RecordingError {
  return new RecordingError('recording-unknown-format', `not a table of trades: ${problem}`, {
    file
  })
}
