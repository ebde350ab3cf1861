import { describe, expect, test } from 'vitest'
import { titleText } from '../../../src/renderer/frame/window-title.ts'

describe('titleText', () => {
  test('puts the worst first', () => {
    const base = {
      unhealthy: 0,
      mode: 'live',
      symbol: 'BTC-USD',
      price: '64,321.31',
      freshness: 'live'
    } as const
    expect(titleText(base)).toBe('BTC-USD 64,321.31 — Tapedeck')
    expect(titleText({ ...base, unhealthy: 3, freshness: 'stale', mode: 'simulated' })).toBe(
      '(3) stale BTC-USD 64,321.31 — Tapedeck SIMULATED'
    )
    expect(titleText({ ...base, symbol: null, price: null })).toBe('Tapedeck')
  })
})
