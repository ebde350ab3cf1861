import { describe, expect, test } from 'vitest'
import { fitColumns } from '../../../src/renderer/watch/columns.ts'

const names = (width: number, several = false) =>
  fitColumns(width, 90, several).map((column) => column.name)

describe('fitColumns', () => {
  test('keeps freshness, symbol and price however narrow the list is', () => {
    expect(names(100)).toEqual(['mark', 'symbol', 'price'])
  })

  test('never uses more than it has', () => {
    for (let width = 240; width < 1_000; width += 20) {
      const used = fitColumns(width, 90, false).reduce((sum, column) => sum + column.width, 0)
      expect(used).toBeLessThanOrEqual(width)
    }
  })

  test('names the venue early where symbols may stand for several', () => {
    expect(names(400)).not.toContain('venue')
    expect(names(400, true)).toContain('venue')
  })
})
