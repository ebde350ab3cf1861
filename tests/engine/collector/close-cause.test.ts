import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeEnd } from '../../../src/engine/collector/close-cause.ts'
import type { CloseRule } from '../../../src/venues/venue.ts'
import { venues } from '../../../src/venues/registry.ts'

describe('judgeEnd', () => {
  test.each([
    [1000, 'normal', 0, 0],
    [1001, 'normal', 0, 0],
    [1002, 'protocol', 0, 0],
    [1005, 'normal', 0, 0],
    [1006, 'eof', 0, 0],
    [1008, 'policy', 60_000, 0],
    [1009, 'oversized', 0, 0],
    [1011, 'server', 0, 0],
    [1012, 'server', 0, 5_000],
    [1013, 'server', 30_000, 5_000],
    [4000, 'server', 0, 0],
    [4999, 'server', 0, 0],
    [999, 'server', 0, 0]
  ])('close code %i is of class %s', (code, kind, leastDelayMs, spreadMs) => {
    const cause = judgeEnd({ kind: 'closed', code, reason: '' })
    expect(cause).toMatchObject({ class: kind, code, leastDelayMs, spreadMs })
  })

  test('every code has a class and is kept, at every venue', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 70_000 }),
        fc.string(),
        fc.constantFrom(...venues),
        (code, reason, { closeRules }) => {
          const cause = judgeEnd({ kind: 'closed', code, reason }, closeRules)
          expect(cause.class).not.toBe('')
          expect(cause.code).toBe(code)
        }
      )
    )
  })

  test("a venue's own rule goes before the common one, where its words fit", () => {
    const rules: readonly CloseRule[] = [
      { code: [4000, 4099], says: /slow down/i, class: 'rate', leastDelayMs: 7_000 }
    ]
    const end = { kind: 'closed', code: 4007 } as const
    expect(judgeEnd({ ...end, reason: 'Slow down!' }, rules)).toMatchObject({
      class: 'rate',
      leastDelayMs: 7_000
    })
    expect(judgeEnd({ ...end, reason: 'bye' }, rules).class).toBe('server')
  })

  test.each([
    [{ kind: 'closed', code: 1001, reason: 'Scheduled Maintenance' }, 'maintenance'],
    [{ kind: 'http', status: 503, retryAfterMs: null, body: 'under maintenance' }, 'maintenance'],
    [{ kind: 'http', status: 503, retryAfterMs: null, body: 'oops' }, 'server'],
    [{ kind: 'http', status: 503, retryAfterMs: 5_000 }, 'rate'],
    [{ kind: 'http', status: 429, retryAfterMs: null }, 'rate'],
    [{ kind: 'error', code: 'ENOTFOUND', message: '' }, 'dns'],
    [{ kind: 'error', code: 'EAI_AGAIN', message: '' }, 'dns'],
    [{ kind: 'error', code: 'EAI_FAIL', message: '' }, 'dns'],
    [{ kind: 'error', code: 'ENETUNREACH', message: '' }, 'unreachable'],
    [{ kind: 'error', code: 'ECONNREFUSED', message: '' }, 'refused'],
    [{ kind: 'error', code: 'HPE_INVALID_CONSTANT', message: '' }, 'protocol']
  ] as const)('%j is of class %s', (end, kind) => {
    expect(judgeEnd(end).class).toBe(kind)
  })

  test.each([
    { kind: 'http', status: 301, retryAfterMs: null },
    { kind: 'http', status: 404, retryAfterMs: null },
    { kind: 'error', code: 'SELF_SIGNED_CERT_IN_CHAIN', message: '' },
    { kind: 'error', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: '' },
    { kind: 'error', code: 'CERT_HAS_EXPIRED', message: '' },
    { kind: 'error', code: 'EPROTO', message: '' }
  ] as const)('%j concerns the whole venue and is not tried again for a minute', (end) => {
    expect(judgeEnd(end)).toMatchObject({ concerns: 'venue', leastDelayMs: 60_000 })
  })
})
