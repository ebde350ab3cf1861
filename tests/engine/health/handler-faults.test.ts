import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/core/invariant.ts'
import { HandlerFaults } from '../../../src/engine/health/handler-faults.ts'

function faulty() {
  let nowMs = 0
  const isolated: string[] = []
  const tooMany: number[] = []
  const faults = new HandlerFaults(
    {
      isolated: (handler, subject) => void isolated.push(`${handler}: ${subject}`),
      tooMany: (count) => void tooMany.push(count)
    },
    () => nowMs
  )
  const noteMany = (count: number, everyMs: number) => {
    for (let fault = 0; fault < count; fault += 1) {
      faults.note('take in an event', 'coinbase:BTC-USD', new Error('broken'))
      nowMs += everyMs
    }
  }
  return { faults, isolated, noteMany, tooMany }
}

describe('HandlerFaults', () => {
  test('keeps a fault to what was handled, and counts it', () => {
    const { faults, isolated, noteMany } = faulty()
    noteMany(1, 0)
    expect(isolated).toEqual(['take in an event: coinbase:BTC-USD'])
    expect(faults.total).toBe(1)
  })

  test('asks for a new start at the eleventh within a minute', () => {
    const { noteMany, tooMany } = faulty()
    noteMany(10, 5_000)
    expect(tooMany).toEqual([])
    noteMany(1, 0)
    expect(tooMany).toEqual([11])
  })

  test('asks for nothing while they are ten a minute at most', () => {
    const { faults, noteMany, tooMany } = faulty()
    noteMany(100, 6_000)
    expect(faults.total).toBe(100)
    expect(tooMany).toEqual([])
  })

  test('passes on that our own code broke a promise', () => {
    const { faults } = faulty()
    const note = () => faults.note('take in an event', 'x', new InvariantError('no ordinal'))
    expect(note).toThrow(InvariantError)
    expect(faults.total).toBe(0)
  })
})
