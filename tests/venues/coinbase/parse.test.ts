import { describe, expect, test } from 'vitest'
import { coinbase } from '../../../src/venues/coinbase/coinbase.ts'
import type { ParsedFrame } from '../../../src/venues/venue.ts'
import { wrongValues } from '../../support/wrong-values.ts'
import { receivedMs } from '../venue-case.ts'
import { btcUsd, heartbeatFrame, matchFrame, tickerFrame } from './frames.ts'

describe('createCoinbaseParser', () => {
  test.each([
    ['match', matchFrame, ['trade_id', 'price', 'size', 'side', 'time']],
    ['heartbeat', heartbeatFrame, ['last_trade_id', 'time']]
  ])('quarantines a %s by the field that is wrong or missing', (...[, frame, fields]) => {
    for (const field of fields) {
      for (const value of [undefined, ...wrongValues]) {
        const { reason } = rejectionOf(replaced(frame, field, value))
        expect(reason).toMatch(new RegExp(`^${field}: expected .+, received .+`))
      }
    }
  })

  test.each(['best_bid', 'best_ask', 'best_bid_size', 'volume_24h', 'open_24h', 'time'])(
    'quarantines a ticker whose %s is no number',
    (field) => {
      for (const value of [null, '', 'NaN', '-1', '1e400', 5, []]) {
        expect(rejectionOf(replaced(tickerFrame, field, value)).reason).toContain(`${field}: `)
      }
    }
  )

  test('takes a best bid of 0 for an empty side', () => {
    const parsed = parse(replaced(tickerFrame, 'best_bid', '0'))
    expect(parsed).toMatchObject({ kind: 'events', events: [{ bid: null, ask: 214748.37 }, {}] })
  })

  test.each([
    ['1e-8', 0.00000001],
    ['0.00000001', 0.00000001],
    ['214748.36', 214748.36],
    ['0.00009999', 0.00009999],
    ['123456789012345678', 123456789012345680]
  ])('keeps a price of %s as the nearest number', (text, price) => {
    expect(parse(replaced(matchFrame, 'price', text))).toMatchObject({ events: [{ price }] })
  })

  test('reads a frame with more fields, other order and blanks alike', () => {
    const fields = JSON.parse(matchFrame) as Record<string, unknown>
    const shuffled = Object.fromEntries(Object.entries({ extra: [1], ...fields }).reverse())
    const expected = parse(matchFrame)
    expect(parse(JSON.stringify(shuffled, null, 2))).toEqual(expected)
    expect(expected.kind).toBe('events')
  })

  test('leaves the prototype alone and reads nothing from it', () => {
    const inherited = matchFrame.replace('"price":"214748.37"', '"__proto__":{"price":"1"}')
    expect(rejectionOf(inherited).reason).toBe(
      'price: expected a decimal above 0, received nothing'
    )
    expect('price' in {}).toBe(false)
  })

  test('calls the frames of a product it does not expect unknown', () => {
    expect(parse(matchFrame.replace('BTC-USD', 'SOL-USD'))).toEqual({
      kind: 'unknown',
      type: 'match of another product'
    })
    expect(parse(matchFrame.replace('BTC-USD', '__proto__')).kind).toBe('unknown')
  })
})

function parse(frame: string): ParsedFrame {
  return coinbase.createParser([btcUsd], 'test').parse(Buffer.from(frame), receivedMs)
}

function rejectionOf(frame: string): { readonly reason: string } {
  const parsed = parse(frame)
  if (parsed.kind !== 'rejected') throw new Error(`expected a rejection of ${frame}`)
  return parsed
}

/** The frame with one field's value replaced, or left out. */
function replaced(frame: string, field: string, value: unknown): string {
  const fields = JSON.parse(frame) as Record<string, unknown>
  if (!(field in fields)) throw new Error(`no field ${field}`)
  return JSON.stringify({ ...fields, [field]: value })
}
