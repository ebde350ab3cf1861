import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IncidentRig, refused, reset } from '../../support/incident-rig.ts'

const connections = ['a-01', 'a-02', 'a-03', 'b-01', 'b-02', 'c-01'] as const

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: Event; readonly connection: (typeof connections)[number] }

type Event = 'lose' | 'breaker' | 'offline' | 'stall' | 'try' | 'return' | 'rest'

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 9_000 }) }),
    fc.record({
      kind: fc.constantFrom<Event[]>(
        'lose',
        'breaker',
        'offline',
        'stall',
        'try',
        'return',
        'rest'
      ),
      connection: fc.constantFrom(...connections)
    })
  ),
  { maxLength: 120 }
)

function take(rig: IncidentRig, step: Step): void {
  switch (step.kind) {
    case 'pass':
      rig.pass(step.ms)
      return
    case 'lose':
      rig.change(step.connection, 'waiting', { reason: 'backoff', cause: reset })
      return
    case 'breaker':
    case 'offline':
      rig.change(step.connection, 'waiting', { reason: step.kind, cause: refused })
      return
    case 'stall':
      rig.change(step.connection, 'stalled')
      return
    case 'try':
      rig.change(step.connection, 'connecting')
      return
    case 'return':
      rig.change(step.connection, 'live')
      return
    case 'rest':
      rig.change(step.connection, 'waiting', { reason: 'market' })
  }
}

describe('incidents, whatever happens', () => {
  test('each has one beginning and one end, or went into another, and none outlives its outage', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const rig = new IncidentRig()
        for (const step of taken) take(rig, step)
        for (const connection of connections) rig.change(connection, 'live')
        rig.pass(80_000)
        const began = rig.began.map(({ id }) => id)
        const told = [...rig.ended.map(([{ id }]) => id), ...rig.gone]
        expect(new Set(began).size).toBe(began.length)
        expect(told.toSorted()).toEqual(began.toSorted())
        for (const { state, recoverMs } of rig.book.incidents()) {
          expect(state).toBe('over')
          expect(recoverMs ?? 0).toBeGreaterThanOrEqual(0)
        }
      })
    )
  })

  test('whoever is down is in exactly one that is open', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const rig = new IncidentRig()
        const down = new Set<string>()
        for (const step of taken) {
          take(rig, step)
          if (step.kind === 'pass' || step.kind === 'try') continue
          if (step.kind === 'return' || step.kind === 'rest') down.delete(step.connection)
          else down.add(step.connection)
          const open = rig.book.incidents().filter(({ state }) => state === 'open')
          for (const connection of down) {
            const holding = open.filter((incident) => incident.connections.includes(connection))
            expect(holding).toHaveLength(1)
          }
        }
      })
    )
  })
})
