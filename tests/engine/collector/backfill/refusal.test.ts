import { describe, expect, test } from 'vitest'
import { VenueError } from '../../../../src/core/venue-error.ts'
import { refusalOf } from '../../../../src/engine/collector/backfill/refusal.ts'

const message = 'GET https://venue.test/trades?key=1 answered 403: {"error":"no"}'

describe('refusalOf', () => {
  test.each([
    ['venue-refused', { status: 403 }, 'the venue refused to give trades (403)'],
    ['venue-refused', { retCode: 10_005 }, 'the venue refused to give trades'],
    ['venue-unknown-instrument', {}, 'the venue does not know the instrument'],
    ['venue-key-missing', {}, 'the venue gives trades only to those who have a key']
  ] as const)('puts %s %j into a sentence without the request', (code, detail, expected) => {
    const refusal = new VenueError(code, message, { retry: 'never', detail })
    expect(refusalOf(refusal, 'trades')).toBe(expected)
  })
})
