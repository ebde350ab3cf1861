import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { InstrumentRow, PriceRow } from '../../../src/contracts/state-rows.ts'
import { sortKeys } from '../../../src/renderer/desk/desk-choices.ts'
import {
  changePercent,
  filterInstruments,
  orderInstruments,
  searchInstruments,
  spreadBasisPoints,
  turnover
} from '../../../src/renderer/watch/watch-order.ts'
import { anInstrumentRow, aPriceRow } from '../../support/rows.ts'

function named(base: string, venue = 'coinbase'): InstrumentRow {
  return anInstrumentRow({ id: `${venue}:${base}-USD`, venue, base, symbol: `${base}-USD` })
}

const bases = (rows: readonly InstrumentRow[]) => rows.map((row) => row.base)

describe('orderInstruments', () => {
  const rows = [named('C'), named('A'), named('B')]
  const prices = new Map<string, PriceRow>([
    ['coinbase:A-USD', aPriceRow({ price: 110, open24h: 100 })],
    ['coinbase:B-USD', aPriceRow({ price: 90, open24h: 100 })]
  ])
  const find = (id: string) => prices.get(id)

  test('puts unknown values last in either direction', () => {
    expect(bases(orderInstruments(rows, find, { key: 'change', descending: true }))).toEqual([
      'A',
      'B',
      'C'
    ])
    expect(bases(orderInstruments(rows, find, { key: 'change', descending: false }))).toEqual([
      'B',
      'A',
      'C'
    ])
  })

  test('gives the same order from any order it is given', () => {
    const shuffled = fc.shuffledSubarray(rows, { minLength: 3 })
    fc.assert(
      fc.property(
        shuffled,
        fc.constantFrom(...sortKeys),
        fc.boolean(),
        (given, key, descending) => {
          const sort = { key, descending }
          expect(orderInstruments(given, find, sort)).toEqual(orderInstruments(rows, find, sort))
        }
      )
    )
  })
})

describe('filterInstruments', () => {
  test('needs every word, in symbol or venue', () => {
    const rows = [named('BTC'), named('BTC', 'kraken'), named('ETH')]
    expect(filterInstruments(rows, 'btc krak').map((row) => row.id)).toEqual(['kraken:BTC-USD'])
    expect(filterInstruments(rows, '  ')).toHaveLength(3)
  })
})

describe('searchInstruments', () => {
  test('ranks the exact base first, then beginnings, then the rest', () => {
    const rows = [named('WETH'), named('ETHFI'), named('ETH')]
    expect(bases(searchInstruments(rows, 'eth', 10))).toEqual(['ETH', 'ETHFI', 'WETH'])
  })
})

describe('figures', () => {
  test('are unknown where a part is', () => {
    const price = aPriceRow({ open24h: null, bid: null, volume24h: null })
    expect([changePercent(price), spreadBasisPoints(price), turnover(price)]).toEqual([
      null,
      null,
      null
    ])
  })

  test('are in percent, basis points and quote currency', () => {
    const price = aPriceRow({ price: 101, open24h: 100, bid: 99.5, ask: 100.5, volume24h: 3 })
    expect(changePercent(price)).toBeCloseTo(1)
    expect(spreadBasisPoints(price)).toBeCloseTo(100)
    expect(turnover(price)).toBe(303)
  })
})
