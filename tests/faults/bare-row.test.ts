import { expect, test } from 'vitest'
import { bareRow } from '../../faults/bare-row.ts'

function aRow(measured: number, without: number) {
  return bareRow({
    id: 'X1',
    families: ['X'],
    title: 'a row',
    rules: { lines: { most: 10 } },
    measure: () => Promise.resolve({ lines: measured }),
    control: () => ({ lines: without })
  })
}

test('a row of figures holds within its bounds and must break them without its detector', async () => {
  expect(await aRow(10, 11).run(1, null)).toMatchObject({
    problems: [],
    controlProblems: ['lines is 11, expected at most 10']
  })
  expect(await aRow(12, 10).run(1, null)).toMatchObject({
    problems: ['lines is 12, expected at most 10'],
    controlProblems: []
  })
})
