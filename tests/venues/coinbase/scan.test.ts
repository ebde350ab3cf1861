import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCoinbaseFrame } from '../../../src/venues/coinbase/parse.ts'
import { buildProductTable } from '../../../src/venues/coinbase/product-table.ts'
import { createScanner } from '../../../src/venues/coinbase/scan.ts'
import { anyBytes } from '../../support/wrong-values.ts'
import { receivedMs } from '../venue-case.ts'
import { btcUsd, coinbaseCase, ethUsd, heartbeatFrame, matchFrame, tickerFrame } from './frames.ts'

const products = buildProductTable([btcUsd, ethUsd])
const scan = createScanner(products)

/** Mostly well written, else one of the ways to be wrong. */
function mostly<T>(good: fc.Arbitrary<T>, ...bad: fc.Arbitrary<T>[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 12, arbitrary: good },
    ...bad.map((arbitrary) => ({ weight: 1, arbitrary }))
  )
}

const decimal = mostly(
  fc.stringMatching(/^\d{1,9}\.\d{1,8}$/),
  fc.constantFrom('0', '0.00000001', '214748.36', '0.0000', '', '-1', 'NaN', '1e400', '1e-8'),
  fc.stringMatching(/^[\d.]{0,20}$/)
)
const id = mostly(
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(String),
  fc.constantFrom('9007199254740992', '9007199254740993', '007', '-1', '1e3', '1.0', '"1"', '')
)
const product = mostly(
  fc.constantFrom('BTC-USD', 'ETH-USD'),
  fc.constantFrom('SOL-USD', '', 'BTC-USD ', '__proto__')
)
const side = mostly(fc.constantFrom('buy', 'sell'), fc.constantFrom('BUY', ''))
const time = mostly(
  fc.stringMatching(/^2026-0[1-9]-[01][1-8]T[01]\d:[0-5]\d:[0-5]\d\.\d{6}Z$/),
  fc.constantFrom('2026-09-21T13:33:20Z', '0001-01-01T00:00:00Z', '', '2026-02-30T00:00:00.000000Z')
)
const order = mostly(fc.uuid(), fc.string({ unit: 'binary', maxLength: 8 }))

const matches = fc
  .record({ id, maker: order, taker: order, side, size: decimal, price: decimal, product, time })
  .map(
    (of) =>
      `{"type":"match","trade_id":${of.id},"maker_order_id":"${of.maker}","taker_order_id":"${of.taker}","side":"${of.side}","size":"${of.size}","price":"${of.price}","product_id":"${of.product}","sequence":5,"time":"${of.time}"}`
  )
const tickers = fc
  .record({ product, open: decimal, low: decimal, bid: decimal, size: decimal, time, id })
  .map(
    (of) =>
      `{"type":"ticker","sequence":5,"product_id":"${of.product}","price":"1","open_24h":"${of.open}","volume_24h":"${of.size}","low_24h":"${of.low}","high_24h":"9","volume_30d":"9","best_bid":"${of.bid}","best_bid_size":"${of.size}","best_ask":"2","best_ask_size":"1","side":"sell","time":"${of.time}","trade_id":${of.id},"last_size":"1"}`
  )
const heartbeats = fc
  .record({ product, time, id, swap: fc.boolean() })
  .map((of) =>
    of.swap
      ? `{"type":"heartbeat","last_trade_id":${of.id},"product_id":"${of.product}","sequence":5,"time":"${of.time}"}`
      : `{"type":"heartbeat","sequence":5,"last_trade_id":${of.id},"product_id":"${of.product}","time":"${of.time}"}`
  )

describe('createScanner', () => {
  test.each([
    ['match', matchFrame],
    ['ticker', tickerFrame],
    ['heartbeat', heartbeatFrame]
  ])('reads a documented %s without JSON', (...[, frame]) => {
    expect(scan(Buffer.from(frame), receivedMs)).not.toBeNull()
  })

  test('answers as the full parser does on generated frames, or not at all', () => {
    let answered = 0
    fc.assert(
      fc.property(fc.oneof(matches, tickers, heartbeats), (text) => {
        answered += expectAgreement(Buffer.from(text))
      }),
      { numRuns: 15_000 }
    )
    expect(answered).toBeGreaterThan(3_000)
  })

  test('answers as the full parser does on mutated frames, or not at all', () => {
    const documented = coinbaseCase.frames.map(({ frame }) => frame)
    fc.assert(
      fc.property(anyBytes(documented), (bytes) => {
        expectAgreement(bytes)
      }),
      { numRuns: 15_000 }
    )
    for (const text of [matchFrame, tickerFrame, heartbeatFrame]) {
      for (let at = 0; at < text.length; at += 1) {
        for (const byte of [0x00, 0x20, 0x22, 0x2c, 0x30, 0x5c, 0x7d, 0xff]) {
          const bytes = Buffer.from(text)
          bytes[at] = byte
          expectAgreement(bytes)
        }
        expectAgreement(Buffer.from(text.slice(0, at)))
      }
    }
  })
})

/** 1 where the scanner answered, and then as the full parser does. */
function expectAgreement(bytes: Buffer): number {
  const events = scan(bytes, receivedMs)
  if (events === null) return 0
  expect({ kind: 'events', events }).toEqual(parseCoinbaseFrame(bytes, receivedMs, products.byText))
  return 1
}
