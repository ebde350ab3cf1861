import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createParser } from '../../../src/venues/eodhd/parse.ts'
import type { FrameParser, ParsedFrame } from '../../../src/venues/venue.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { anyBytes, wrongValues } from '../../support/wrong-values.ts'
import { trade } from './frames.ts'

const receivedMs = 1790000001000

const goodFrames = [trade, { status_code: 200, message: 'Authorized' }].map((frame) =>
  JSON.stringify(frame)
)

describe('createParser', () => {
  test('keeps two equal prints as two trades, whatever stands between them', () => {
    const parser = aParser()
    const between = [
      { ...trade, p: -1 },
      { ...trade, s: 'MSFT' },
      { status: 500, message: 'x' }
    ]
    const ids = [trade, ...between, trade].flatMap((frame) => idsOf(parse(frame, parser)))
    expect(ids).toEqual(['c7-1', 'c7-2'])
  })

  test('goes on counting when the expected instruments change', () => {
    const parser = aParser()
    const microsoft = anInstrument({ venue: 'eodhd', symbol: 'MSFT', venueSymbol: 'MSFT' })
    const before = idsOf(parse(trade, parser))
    parser.expect?.([microsoft])
    expect([...before, ...idsOf(parse({ ...trade, s: 'MSFT' }, parser))]).toEqual(['c7-1', 'c7-2'])
  })

  test('reads every documented and measured form of the descriptive fields', () => {
    const { c, dp, ms, ...bare } = trade
    expect([c, dp, ms]).toEqual([[], false, 'extended-hours'])
    const forms = [
      { c: 12 },
      { c: [2, 12] },
      { c: null },
      {},
      { ms: 'extended hours' },
      { dp: true }
    ]
    for (const form of forms) expect(parse({ ...bare, ...form })).toMatchObject({ kind: 'events' })
  })

  test('reads fractional sizes and times in seconds', () => {
    expect(parse({ ...trade, v: 0.0312, t: 1790000000 })).toMatchObject({
      events: [{ size: 0.0312, eventMs: 1790000000000 }]
    })
  })

  test('reads a refused key under either key name', () => {
    expect(parse({ status_code: 401, message: 'Unauthorized' })).toMatchObject({
      kind: 'refused',
      scope: 'connection',
      code: 'authentication'
    })
  })

  test('passes on that we reconnect too fast', () => {
    expect(parse({ status: 429, message: 'Too many' })).toMatchObject({
      kind: 'notice',
      code: 'rate'
    })
  })

  test('ignores quotes, and calls unknown what it does not expect', () => {
    const quote = { s: 'AAPL', ap: 300.26, as: 100, bp: 300.25, bs: 200, t: 1790000000789 }
    expect(parse(quote)).toEqual({ kind: 'ignored', type: 'quote' })
    expect(parse({ ...trade, s: 'MSFT' })).toEqual({ kind: 'unknown', type: 'instrument' })
    expect(parse({ hello: 'world' })).toEqual({ kind: 'unknown', type: 'untyped' })
  })

  test('rejects a trade without price, size or time', () => {
    for (const field of ['p', 'v', 't']) {
      const entries = Object.entries(trade).filter(([key]) => key !== field)
      expect(parse(Object.fromEntries(entries)), field).toMatchObject({ kind: 'rejected' })
    }
  })

  test('rejects a trade with a wrong value in any field', () => {
    const wrong: Readonly<Record<string, readonly unknown[]>> = {
      p: [...wrongNumbers(), 0, '300.25'],
      v: [...wrongNumbers(), 0, '3'],
      t: [...wrongValues, 0, 1790000000789000, 1790000000789.5],
      c: ['12', ['12'], true, {}],
      dp: [0, 'false', null],
      ms: [0, true, null],
      s: [null, 0, ['AAPL']]
    }
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        expect(parse({ ...trade, [field]: value }), `${field} ${String(value)}`).toMatchObject({
          kind: 'rejected'
        })
      }
    }
  })

  test('rejects numbers that overflow', () => {
    const text = JSON.stringify(trade).replace('300.25', '1e400')
    expect(aParser().parse(Buffer.from(text), receivedMs)).toMatchObject({ kind: 'rejected' })
  })

  test('never throws, gives no bad number and leaves prototypes alone, whatever the bytes', () => {
    const parser = aParser()
    const before = Object.getOwnPropertyNames(Object.prototype).length
    fc.assert(
      fc.property(anyBytes(goodFrames), (bytes) => {
        const parsed = parser.parse(bytes, receivedMs)
        if (parsed.kind !== 'events') return parsed.kind.length > 0
        return parsed.events.every(
          (event) =>
            event.kind === 'trade' &&
            event.price > 0 &&
            event.price < Infinity &&
            event.size > 0 &&
            event.size < Infinity
        )
      }),
      { numRuns: 10_000 }
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
    expect('e' in {}).toBe(false)
  })
})

/** The common wrong values without the numbers that a JSON number field may hold. */
function wrongNumbers(): readonly unknown[] {
  return wrongValues.filter((value) => typeof value !== 'number' || value < 0)
}

function aParser(): FrameParser {
  const apple = anInstrument({ venue: 'eodhd', symbol: 'AAPL', venueSymbol: 'AAPL' })
  return createParser([apple], 'c7')
}

function parse(frame: object, parser = aParser()): ParsedFrame {
  return parser.parse(Buffer.from(JSON.stringify(frame)), receivedMs)
}

function idsOf(parsed: ParsedFrame): unknown[] {
  if (parsed.kind !== 'events') return []
  return parsed.events.map((event) => (event.kind === 'trade' ? event.id : null))
}
