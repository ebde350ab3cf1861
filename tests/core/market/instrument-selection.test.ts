import { describe, expect, test } from 'vitest'
import { selectInstruments } from '../../../src/core/market/instrument-selection.ts'
import type { Selection } from '../../../src/core/market/instrument-selection.ts'
import { aToy } from '../../support/toy-venue.ts'

const offered = [
  aToy('ETH-USD', { turnover24h: 50 }),
  aToy('BTC-USD', { turnover24h: 90 }),
  aToy('BTC-EUR', { turnover24h: 20 }),
  aToy('DOGE-USD', { turnover24h: 70, status: 'halted' }),
  aToy('LUNA-USD', { turnover24h: 99, status: 'delisted' })
]

function select(selection: Selection): {
  readonly symbols: string[]
  readonly problems: readonly string[]
} {
  const { instruments, problems } = selectInstruments(offered, selection)
  return { symbols: instruments.map(({ symbol }) => symbol), problems }
}

describe('selectInstruments', () => {
  test('all: everything that trades', () => {
    expect(select('all')).toEqual({ symbols: ['BTC-EUR', 'BTC-USD', 'ETH-USD'], problems: [] })
  })

  test('quote: everything that trades against it', () => {
    expect(select('quote:USD')).toEqual({ symbols: ['BTC-USD', 'ETH-USD'], problems: [] })
    expect(select('quote:GBP')).toEqual({
      symbols: [],
      problems: ['no trading instrument is quoted in GBP']
    })
  })

  test('top: by turnover, and tells when there are fewer', () => {
    expect(select('top:2')).toEqual({ symbols: ['BTC-USD', 'ETH-USD'], problems: [] })
    expect(select('top:9').problems).toEqual(['top:9 found only 3 trading instruments'])
  })

  test('top: says so where the venue tells no turnover', () => {
    const { instruments, problems } = selectInstruments([aToy('B-USD'), aToy('A-USD')], 'top:1')
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['A-USD'])
    expect(problems).toHaveLength(1)
  })

  test('a list keeps its order, takes our ids and halted instruments, once each', () => {
    expect(select(['ETH-USD', 'toy:BTC-USD', 'doge-usd', 'ETH-USD'])).toEqual({
      symbols: ['ETH-USD', 'BTC-USD', 'DOGE-USD'],
      problems: []
    })
  })

  test.each([
    ['BTCUSD', 'BTCUSD is not offered by the venue; did you mean BTC-USD?'],
    ['BTC', 'BTC is not offered by the venue; did you mean BTC-EUR, BTC-USD?'],
    ['ETH-USDT', 'ETH-USDT is not offered by the venue; did you mean ETH-USD?'],
    ['NOTHING-AT-ALL', 'NOTHING-AT-ALL is not offered by the venue'],
    ['LUNA-USD', 'LUNA-USD is delisted']
  ])('%s is a problem that names it', (symbol, problem) => {
    expect(select([symbol, 'BTC-USD'])).toEqual({ symbols: ['BTC-USD'], problems: [problem] })
  })

  test.each(['some', 'top:0', 'top:x', 'quote:'])(
    '"%s" selects nothing and says why',
    (selection) => {
      const { symbols, problems } = select(selection)
      expect(symbols).toEqual([])
      expect(problems).toHaveLength(1)
    }
  )
})
