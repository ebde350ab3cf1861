import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { incidentStates } from '../../../src/contracts/incident.ts'
import { sortIncidents } from '../../../src/renderer/connections/incident-order.ts'
import { anIncident } from '../../support/an-incident.ts'

describe('sortIncidents', () => {
  test('puts open ones on top, then the newest', () => {
    const incidents = [
      anIncident({ id: 'old', beganMs: 1 }),
      anIncident({ id: 'open', beganMs: 2, state: 'open' }),
      anIncident({ id: 'new', beganMs: 3 }),
      anIncident({ id: 'oldest open', beganMs: 0, state: 'open' })
    ]
    expect(sortIncidents(incidents).map(({ id }) => id)).toEqual([
      'open',
      'oldest open',
      'new',
      'old'
    ])
  })

  test('gives the same order however they come', () => {
    const some = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1 }),
        beganMs: fc.integer({ min: 0, max: 5 }),
        state: fc.constantFrom(...incidentStates)
      }),
      { selector: ({ id }) => id }
    )
    fc.assert(
      fc.property(some, (fields) => {
        const incidents = fields.map((each) => anIncident(each))
        expect(sortIncidents([...incidents].reverse())).toEqual(sortIncidents(incidents))
      })
    )
  })
})
