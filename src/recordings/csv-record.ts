import type { TableRow } from './table-column.ts'

const needsQuotes = /[",\r\n]/

/** Builds one record of RFC 4180 with its CRLF: null as nothing, text quoted where it must be. */
export function csvRecord(row: TableRow): string {
  let record = ''
  for (const [at, value] of row.entries()) {
    if (at > 0) record += ','
    if (typeof value !== 'string') record += value === null ? '' : String(value)
    else record += needsQuotes.test(value) ? `"${value.replaceAll('"', '""')}"` : value
  }
  return `${record}\r\n`
}

/**
 * Splits a record of RFC 4180, without its line end, into its fields.
 *
 * @returns Null where quotes are not as they must be, as in a field that holds a line end.
 */
export function splitCsvRecord(text: string): readonly string[] | null {
  if (!text.includes('"')) return text.split(',')
  const fields: string[] = []
  let at = 0
  for (;;) {
    const field = fieldAt(text, at)
    if (field === null) return null
    fields.push(field.value)
    if (field.end === text.length) return fields
    if (text[field.end] !== ',') return null
    at = field.end + 1
  }
}

function fieldAt(
  text: string,
  at: number
): { readonly value: string; readonly end: number } | null {
  if (text[at] !== '"') {
    const comma = text.indexOf(',', at)
    const end = comma === -1 ? text.length : comma
    const value = text.slice(at, end)
    return value.includes('"') ? null : { value, end }
  }
  let from = at + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote === -1) return null
    if (text[quote + 1] !== '"') {
      return { value: text.slice(at + 1, quote).replaceAll('""', '"'), end: quote + 1 }
    }
    from = quote + 2
  }
}
