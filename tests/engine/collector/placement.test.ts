import { describe, expect, test } from 'vitest'
import { Placement } from '../../../src/engine/collector/placement.ts'
import { someToys } from '../../support/toy-venue.ts'

const [first, second, third] = someToys(3)

/** Three planned instruments, two to a connection, none settled. */
function aPlacement(): Placement {
  const placement = new Placement('toy', 2)
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
    expect(placement.remove('toy:T003-USD')).toEqual({ id: 'toy-02', instruments: [third] })
    expect(placement.remove('toy:T003-USD')).toBeNull()
    expect(placement.newOf(someToys(3))).toEqual([])
    placement.add(someToys(3).slice(2))
    expect(placement.find('toy:T003-USD')?.connection).toBe('toy-02')
  })

  test('gives up what is not settled, and a later list may bring it again', () => {
    const placement = aPlacement()
    placement.settle(someToys(1))
    placement.forgo(someToys(3))
    expect(placement.connections).toBe(1)
    expect(placement.settled()).toEqual([first])
    expect(placement.newOf(someToys(3))).toEqual([second, third])
  })
})
