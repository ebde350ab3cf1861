import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvRecord, splitCsvRecord } from '../../src/recordings/csv-record.ts'

describe('csvRecord', () => {
  test('quotes what must be quoted, writes null as nothing, and ends with CRLF', () => {
    expect(csvRecord(['plain', 'a,b', 'say "x"', 'two\nlines', null, 1e-8, 214_748.37, true])).toBe(
      'plain,"a,b","say ""x""","two\nlines",,1e-8,214748.37,true\r\n'
    )
  })
})

describe('splitCsvRecord', () => {
  test('gives back every text that was written', () => {
    const field = fc.string().filter((text) => !/[\r\n]/.test(text))
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        expect(splitCsvRecord(csvRecord(fields).slice(0, -2))).toEqual(fields)
      })
    )
  })

  test('gives back every double that was written', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const [text] = splitCsvRecord(csvRecord([value]).slice(0, -2)) ?? []
        expect(Number(text)).toBe(value === 0 ? 0 : value)
      })
    )
  })

  test.each(['"open', 'a"b,c', '"a"b,c'])('does not guess at %s', (text) => {
    expect(splitCsvRecord(text)).toBeNull()
  })
})
