import { describe, expect, test } from 'vitest'
import { legendTexts } from '../../../src/renderer/chart/legend-painter.ts'
import { aCandle } from '../../support/candles.ts'

describe('legendTexts', () => {
  test('counts the change from the close before', () => {
    const texts = legendTexts(
      aCandle({ close: 110, volume: 10, buyVolume: 4, trades: 3 }),
      aCandle({ close: 100 }),
      2
    )
    expect(texts).toMatchObject({
      close: '110.00',
      change: '+10.00 (+10.00 %)',
      buy: '40 %',
      trades: '3'
    })
  })

  test('leaves out what a venue’s own candle does not tell', () => {
    const texts = legendTexts(aCandle({ trades: 0, buyVolume: 0 }), null, 2)
    expect(texts.trades).toBeUndefined()
    expect(texts.buy).toBeUndefined()
  })

  test('calls no trade sold where the venue does not say who took', () => {
    const candle = aCandle({ volume: 10, buyVolume: 0, trades: 3 })
    expect(legendTexts(candle, null, 2, false)).toMatchObject({ trades: '3' })
    expect(legendTexts(candle, null, 2, false).buy).toBeUndefined()
    expect(legendTexts(candle, null, 2, true).buy).toBe('0 %')
  })
})
