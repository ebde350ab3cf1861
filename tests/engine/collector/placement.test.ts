import { describe, expect, test } from 'vitest'
import { Placement } from '../../../src/engine/collector/placement.ts'
import { someToys } from '../../support/toy-venue.ts'

const [first, second, third] = someToys(3)

/** Three planned instruments, two to a connection, none settled. */
function aPlacement(): Placement {
  const placement = new Placement('toy', { perConnection: 2, most: 3 })
  placement.begin(someToys(3))
  return placement
}

describe('Placement', () => {
  test('settles what is planned, once, by connection', () => {
    const placement = aPlacement()
    expect(placement.settled()).toEqual([])
    expect([...placement.settle(someToys(4))]).toEqual([
      ['toy-01', [first, second]],
      ['toy-02', [third]]
    ])
    expect(placement.settle(someToys(4)).size).toBe(0)
    expect(placement.settled()).toEqual(someToys(3))
  })

  test('what was taken out by hand is in no later list, until it is added by hand', () => {
    const placement = aPlacement()
    expect(placement.remove('toy:T003-USD')).toBe(true)
    expect(placement.remove('toy:T003-USD')).toBe(false)
    expect(placement.newOf(someToys(3))).toEqual([])
    placement.add(someToys(3).slice(2))
    expect(placement.find('toy:T003-USD')?.connections).toEqual(['toy-02'])
  })

  test('gives up what is not settled, and a later list may bring it again', () => {
    const placement = aPlacement()
    placement.settle(someToys(1))
    placement.forgo(someToys(3))
    expect(placement.connections).toBe(1)
    expect(placement.settled()).toEqual([first])
    expect(placement.newOf(someToys(3))).toEqual([second, third])
  })

  test('gives priority instruments shards of their own, of two connections each', () => {
    const placement = new Placement('toy', { perConnection: 2, most: 3 })
    placement.prefer(['toy:T002-USD'])
    placement.begin(someToys(3))
    expect(placement.connections).toBe(3)
    expect([...placement.settle(someToys(3)).keys()]).toEqual([
      'toy-priority-01a',
      'toy-priority-01b',
      'toy-01'
    ])
    expect(placement.settled()).toEqual([second, first, third])
  })

  test('moves only what is settled, to a connection that is there and has room', () => {
    const placement = aPlacement()
    expect(placement.move('toy:T001-USD', 'toy-02')).toBe(false)
    placement.settle(someToys(3))
    expect(placement.move('toy:T001-USD', 'toy-03')).toBe(false)
    expect(placement.move('toy:T001-USD', 'toy-02')).toBe(true)
    expect(placement.find('toy:T001-USD')?.connections).toEqual(['toy-02'])
    expect(placement.move('toy:T002-USD', 'toy-02')).toBe(true)
    expect(placement.connections).toBe(1)
  })
})
