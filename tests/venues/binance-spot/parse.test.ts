import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createParser } from '../../../src/venues/binance-spot/parse.ts'
import type { ParsedFrame } from '../../../src/venues/venue.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { anyBytes, wrongValues } from '../../support/wrong-values.ts'
import { quote, statistics, trade } from './frames.ts'

const receivedMs = 1723161254087.5
const parser = createParser([
  anInstrument({ venue: 'binance-spot', symbol: 'BTC-USDT', venueSymbol: 'BTCUSDT' }),
  anInstrument({ venue: 'binance-spot', symbol: '币安人生-USDT', venueSymbol: '币安人生USDT' })
])

const goodFrames = [trade, quote, statistics, { result: null, id: 1 }].map((frame) =>
  JSON.stringify(frame)
)

describe('createParser', () => {
  test('reads a side without orders as empty, and a zero in one of its fields as no level', () => {
    const empty = '0.00000000'
    expect(parse({ ...quote, b: empty, B: empty })).toMatchObject({
      events: [{ bid: null, bidSize: null, ask: 61837.64 }]
    })
    expect(parse({ ...quote, b: empty })).toMatchObject({ kind: 'rejected' })
    expect(parse({ ...quote, A: empty })).toMatchObject({ kind: 'rejected' })
  })

  test('reads 24 h prices of 0 as none: nothing traded', () => {
    const none = '0.00000000'
    expect(parse({ ...statistics, o: none, h: none, l: none, v: none })).toMatchObject({
      events: [{ open24h: null, high24h: null, low24h: null, volume24h: 0 }]
    })
  })

  test('reads frames of the combined stream alike', () => {
    for (const frame of [trade, quote, statistics]) {
      expect(parse({ stream: 'btcusdt@any', data: frame })).toEqual(parse(frame))
    }
  })

  test('gives the same events whichever way a frame is written', () => {
    const positive = fc
      .tuple(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 1, max: 99_999_999 }))
      .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(8, '0')}`)
    fc.assert(
      fc.property(
        fc.record({
          p: positive,
          q: positive,
          t: fc.nat(),
          T: fc.integer({ min: 1e12, max: 1e13 - 1 }),
          m: fc.boolean()
        }),
        fc.boolean(),
        (change, wrapped) => {
          const frame = { ...trade, ...change }
          const sent = wrapped ? { stream: 'btcusdt@trade', data: frame } : frame
          const compact = parser.parse(Buffer.from(JSON.stringify(sent)), receivedMs)
          const spaced = parser.parse(Buffer.from(JSON.stringify(sent, null, 1)), receivedMs)
          expect(compact.kind).toBe('events')
          expect(compact).toEqual(spaced)
        }
      )
    )
  })

  test.each([trade, quote])('rejects a brace too many or too few: %o', (frame) => {
    const bare = JSON.stringify(frame)
    const wrapped = JSON.stringify({ stream: 'btcusdt@any', data: frame })
    for (const text of [`${bare}}`, bare.slice(0, -1), `${wrapped}}`, wrapped.slice(0, -1)]) {
      expect(parser.parse(Buffer.from(text), receivedMs)).toMatchObject({ kind: 'rejected' })
    }
  })

  test('keeps prices and sizes exact at both ends of the scale', () => {
    expect(parse({ ...trade, p: '214748.36480001', q: '0.00000001' })).toMatchObject({
      events: [{ price: 214748.36480001, size: 1e-8 }]
    })
    expect(parse({ ...trade, p: '0.00000007' })).toMatchObject({ events: [{ price: 7e-8 }] })
  })

  test('finds symbols that are not Latin', () => {
    expect(parse({ ...trade, s: '币安人生USDT' })).toMatchObject({
      events: [{ instrument: 'binance-spot:币安人生-USDT' }]
    })
  })

  test('reads an error that names no request', () => {
    expect(parse({ code: 3, msg: 'Invalid JSON' })).toMatchObject({
      kind: 'refused',
      requestId: null
    })
  })

  test('passes on that the server is about to close, bare and combined', () => {
    const shutdown = { e: 'serverShutdown', E: 1770123456789 }
    expect(parse(shutdown)).toMatchObject({ kind: 'notice', code: 'shutdown' })
    expect(parse({ stream: '!serverShutdown', data: shutdown })).toEqual(parse(shutdown))
  })

  test.each([
    [{ e: 'depthUpdate', E: 1723161255208, s: 'BTCUSDT', U: 1, u: 2, b: [], a: [] }, 'depthUpdate'],
    [{ e: 'aggTrade', E: 1, s: 'BTCUSDT' }, 'aggTrade'],
    [{ e: 'kline', E: 1, s: 'BTCUSDT', k: {} }, 'kline'],
    [{ lastUpdateId: 160, bids: [], asks: [] }, 'partialDepth']
  ])('ignores what the sheet knows and we do not use: %o', (frame, type) => {
    expect(parse(frame)).toEqual({ kind: 'ignored', type })
  })

  test('calls unknown what the sheet does not know, and instruments it does not expect', () => {
    expect(parse({ e: 'newThing', s: 'BTCUSDT' })).toEqual({ kind: 'unknown', type: 'newThing' })
    expect(parse({ greeting: 'hello' })).toMatchObject({ kind: 'unknown' })
    expect(parse({ ...trade, s: 'ETHUSDT' })).toEqual({ kind: 'unknown', type: 'instrument' })
    expect(parse({ ...quote, s: '__proto__' })).toEqual({ kind: 'unknown', type: 'instrument' })
  })

  test.each([
    ['trade', trade, ['E', 's', 't', 'p', 'q', 'T', 'm']],
    ['quote', quote, ['s', 'b', 'B', 'a', 'A']],
    ['statistics', statistics, ['E', 's', 'o', 'h', 'l', 'v']]
  ])('rejects a %s without one of its fields', (...[, frame, fields]) => {
    for (const field of fields) {
      const entries = Object.entries(frame).filter(([key]) => key !== field)
      expect(parse(Object.fromEntries(entries)), field).toMatchObject({ kind: 'rejected' })
    }
  })

  test('rejects a trade with a wrong value in any field', () => {
    for (const field of ['t', 'p', 'q', 'T', 'E'] as const) {
      for (const value of wrongValues) {
        expect(parse({ ...trade, [field]: value }), `${field} ${String(value)}`).toMatchObject({
          kind: 'rejected'
        })
      }
    }
    expect(parse({ ...trade, m: 1 })).toMatchObject({ kind: 'rejected' })
    expect(parse({ ...trade, T: 1723161255342000 })).toMatchObject({ kind: 'rejected' })
  })

  test('rejects text that is not one JSON object', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '1',
      '\uFEFF{}',
      '{"e":"trade"',
      '{}{}',
      '[['.repeat(1e6)
    ]) {
      expect(parser.parse(Buffer.from(text), receivedMs)).toMatchObject({ kind: 'rejected' })
    }
  })

  test('never throws, gives no bad number and leaves prototypes alone, whatever the bytes', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).length
    fc.assert(
      fc.property(anyBytes(goodFrames), (bytes) => {
        const parsed = parser.parse(bytes, receivedMs)
        if (parsed.kind !== 'events') return parsed.kind.length > 0
        return parsed.events.every(
          (event) =>
            event.kind !== 'trade' ||
            (event.price > 0 &&
              event.price < Infinity &&
              event.size > 0 &&
              event.size < Infinity &&
              Number.isSafeInteger(event.id))
        )
      }),
      { numRuns: 10_000 }
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
    expect('e' in {}).toBe(false)
  })
})

function parse(frame: object): ParsedFrame {
  return parser.parse(Buffer.from(JSON.stringify(frame)), receivedMs)
}
