import { describe, expect, test } from 'vitest'
import { fitColumns, type ColumnSpace } from '../../../src/renderer/watch/columns.ts'

const columnsIn = (width: number, space: Partial<ColumnSpace> = {}) =>
  fitColumns({ width, priceColumnWidth: 90, hasSeveralVenues: false, sortKey: 'symbol', ...space })
const names = (width: number, space: Partial<ColumnSpace> = {}) =>
  columnsIn(width, space).map((column) => column.name)

describe('fitColumns', () => {
  test('keeps freshness, symbol and price however narrow the list is', () => {
    expect(names(100)).toEqual(['mark', 'symbol', 'price'])
  })

  test('never uses more than it has', () => {
    for (let width = 240; width < 1_000; width += 20) {
      const used = columnsIn(width).reduce((sum, column) => sum + column.width, 0)
      expect(used).toBeLessThanOrEqual(width)
    }
  })

  test('shows what it is ordered by before anything else that can go', () => {
    expect(names(280)).not.toContain('spread')
    expect(names(280, { sortKey: 'spread' })).toEqual(['mark', 'symbol', 'price', 'spread'])
  })

  test('names the venue early where symbols may stand for several', () => {
    expect(names(400)).not.toContain('venue')
    expect(names(400, { hasSeveralVenues: true })).toContain('venue')
  })
})
