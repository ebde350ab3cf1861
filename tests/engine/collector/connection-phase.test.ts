import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/core/invariant.ts'
import { ConnectionPhase } from '../../../src/engine/collector/connection-phase.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('ConnectionPhase', () => {
  test('tells a change from a repetition, by state and reason', () => {
    const phase = new ConnectionPhase('toy-01', new FakeClock())
    expect(phase.enter('waiting', 'rate')).toBe(false)
    expect(phase.enter('waiting', 'backoff')).toBe(true)
  })

  test('refuses a way that the machine does not have', () => {
    const phase = new ConnectionPhase('toy-01', new FakeClock())
    expect(() => phase.enter('live', null)).toThrow(InvariantError)
    expect(phase.state).toBe('waiting')
  })

  test('is not down while it rests because the market is closed', () => {
    const clock = new FakeClock()
    const phase = new ConnectionPhase('toy-01', clock)
    expect(phase.downSinceMs).toBe(clock.nowMs())
    phase.enter('waiting', 'market')
    expect(phase.downSinceMs).toBeNull()
  })
})
