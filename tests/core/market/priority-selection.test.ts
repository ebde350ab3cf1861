import { describe, expect, test } from 'vitest'
import { selectPriority } from '../../../src/core/market/priority-selection.ts'
import { someToys } from '../../support/toy-venue.ts'

describe('selectPriority', () => {
  test('finds symbols and ids in any case, each once', () => {
    expect(selectPriority(someToys(3), ['t002-usd', 'toy:T002-USD', 'T001-USD'])).toEqual({
      ids: ['toy:T002-USD', 'toy:T001-USD'],
      problems: []
    })
  })

  test('names each symbol that is not collected', () => {
    expect(selectPriority(someToys(1), ['T001-USD', 'T002-USD'])).toEqual({
      ids: ['toy:T001-USD'],
      problems: ['T002-USD is given priority but is not among the instruments collected']
    })
  })
})
