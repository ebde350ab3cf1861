import { describe, expect, test } from 'vitest'
import { offeredIntervals, readIntervalEntry } from '../../../src/renderer/chart/interval-entry.ts'

const offered = offeredIntervals(['1s', '1m', '100t'])

describe('offeredIntervals', () => {
  test('adds the collected tick candles to the time intervals', () => {
    expect(offered).toEqual(['1s', '5s', '15s', '1m', '5m', '15m', '1h', '4h', '1d', '100t'])
  })
})

describe('readIntervalEntry', () => {
  test.each([
    ['5', '5m'],
    ['60', '1h'],
    ['240', '4h'],
    ['1440', '1d'],
    ['15S', '15s'],
    [' 100t ', '100t']
  ])('reads %s as %s', (text, interval) => {
    expect(readIntervalEntry(text, offered)).toEqual({ interval })
  })

  test.each(['30s', '7', '', 'x', '50t'])('says what is offered instead of %j', (text) => {
    expect(readIntervalEntry(text, offered)).toHaveProperty('problem')
  })
})
