import { describe, expect, test } from 'vitest'
import { pickInstrument } from '../../../src/renderer/watch/shown-instrument.ts'
import { anInstrumentRow } from '../../support/rows.ts'

const qld = anInstrumentRow({ id: 'eodhd:QLD', base: 'QLD' })
const btc = anInstrumentRow({ id: 'coinbase:BTC-USD', base: 'BTC' })

describe('pickInstrument', () => {
  test('takes the chosen one, else Bitcoin, else the first', () => {
    expect(pickInstrument([btc, qld], 'eodhd:QLD')).toBe(qld)
    expect(pickInstrument([qld, btc], 'gone:X')).toBe(btc)
    expect(pickInstrument([qld], null)).toBe(qld)
    expect(pickInstrument([], null)).toBeUndefined()
  })
})
