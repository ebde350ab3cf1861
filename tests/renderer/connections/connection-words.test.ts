import { describe, expect, test } from 'vitest'
import {
  connectionWords,
  probableCause
} from '../../../src/renderer/connections/connection-words.ts'
import { aConnectionRow } from '../../support/rows.ts'

const nowMs = 1_000_000

describe('connectionWords', () => {
  test.each([
    [{ state: 'live' }, 'live', false],
    [{ state: 'subscribing' }, 'subscribing', false],
    [{ state: 'connecting', attempt: 2 }, 'connecting', true],
    [{ state: 'draining' }, 'handover', false],
    [{ state: 'stalled' }, 'stalled: open but silent', true],
    [
      { state: 'waiting', reason: 'backoff', attempt: 3, nextAttemptMs: nowMs + 8_000 },
      'retry 3, in 8 s',
      true
    ],
    [{ state: 'waiting', reason: 'market', nextAttemptMs: null }, 'market closed', false],
    [
      { state: 'waiting', reason: 'market', nextAttemptMs: nowMs + 223_200_000 },
      'market closed, connects in 2 d 14 h',
      false
    ],
    [{ state: 'waiting', reason: 'breaker', nextAttemptMs: null }, 'venue down', true],
    [
      { state: 'waiting', reason: 'breaker', nextAttemptMs: nowMs + 4_000 },
      'venue down, next probe in 4 s',
      true
    ],
    [
      { state: 'waiting', reason: 'breaker', nextAttemptMs: nowMs - 20 },
      'venue down, next probe now',
      true
    ],
    [{ state: 'failed', reason: 'bad key' }, 'failed: bad key', true]
  ] as const)('%o reads %s', (fields, text, isUnhealthy) => {
    expect(connectionWords(aConnectionRow(fields), nowMs, true)).toMatchObject({
      text,
      isUnhealthy
    })
  })

  test('claims nothing without a link to the engine', () => {
    expect(connectionWords(aConnectionRow(), nowMs, false)).toMatchObject({
      shape: 'stale',
      text: 'unknown, was live'
    })
  })
})

describe('probableCause', () => {
  const down = aConnectionRow({ id: 'cb-07', state: 'waiting', reason: 'backoff' })

  test('blames the connection, the venue or this machine by who else is live', () => {
    const sibling = aConnectionRow({ id: 'cb-01' })
    const stranger = aConnectionRow({ id: 'by-01', venue: 'bybit-linear' })
    expect(probableCause(down, [down, sibling])).toContain('This connection only')
    expect(probableCause(down, [down, stranger])).toContain('other venues are live')
    expect(probableCause(down, [down, { ...stranger, state: 'waiting' }])).toContain(
      'This machine’s network'
    )
  })

  test('has nothing to say of a connection that is well, or waits for its market', () => {
    expect(probableCause(aConnectionRow(), [])).toBeNull()
    expect(probableCause({ ...down, reason: 'market' }, [])).toBeNull()
  })
})
