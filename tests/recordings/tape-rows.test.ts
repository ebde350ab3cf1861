import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  joinRows,
  pickRows,
  tapeRowAt,
  TapeRowsBuilder,
  type TapeRow,
  type TapeRows
} from '../../src/recordings/tape-rows.ts'

const row: fc.Arbitrary<TapeRow> = fc.record({
  instrument: fc.constantFrom('coinbase:BTC-USD', 'coinbase:ETH-USD', 'coinbase:SOL-USD'),
  id: fc.oneof(fc.nat(), fc.string({ minLength: 1 })),
  eventMs: fc.nat(),
  receivedMs: fc.nat(),
  price: fc.nat(),
  size: fc.nat(),
  side: fc.constantFrom(1, -1, 0),
  flagged: fc.constantFrom(0, 1),
  arrival: fc.nat()
})

function rowsOf(all: readonly TapeRow[]): TapeRows {
  const builder = new TapeRowsBuilder()
  for (const each of all) builder.append(each)
  return builder.take()
}

function listOf(rows: TapeRows): readonly TapeRow[] {
  return Array.from({ length: rows.length }, (...[, at]) => tapeRowAt(rows, at))
}

describe('joinRows', () => {
  test('puts rows one behind the other, each as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 5 }), (parts) => {
        const joined = joinRows(parts.map(rowsOf))
        expect(listOf(joined)).toEqual(parts.flat())
        expect(new Set(joined.instruments).size).toBe(joined.instruments.length)
      })
    )
  })

  test('keeps numbers in a column of numbers', () => {
    const numbered = (id: number) => {
      const rows = rowsOf([{ ...fc.sample(row, 1)[0], id } as TapeRow])
      return { ...rows, id: Float64Array.of(id) }
    }
    expect(joinRows([numbered(1), numbered(2)]).id).toEqual(Float64Array.of(1, 2))
  })
})

test('pickRows copies rows in the order of their places', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (all) => {
      const places = Uint32Array.from(all.keys()).reverse()
      expect(listOf(pickRows(rowsOf(all), places))).toEqual([...all].reverse())
    })
  )
})
