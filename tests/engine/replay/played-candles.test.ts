import { describe, expect, test } from 'vitest'
import type { LedgerState } from '../../../src/core/market/ledger/ledger-state.ts'
import { PlayedCandles } from '../../../src/engine/replay/played-candles.ts'
import { aCandle } from '../../support/candles.ts'

const instrument = 'coinbase:BTC-USD'

describe('PlayedCandles', () => {
  test('tells a candle once it is final and its time is not open', () => {
    const { candles, states } = played()
    states.set(0, 'open')
    candles.note([second(0), second(1)])
    expect(openTimes(candles.takeFinal())).toEqual([1_000])
    states.set(0, 'complete')
    expect(openTimes(candles.takeFinal())).toEqual([0])
    expect(candles.takeFinal()).toEqual([])
  })

  test('tells a told candle again when a gap over it was found and is settled', () => {
    const { candles, states } = played()
    candles.note([second(0), second(1)])
    candles.takeFinal()
    states.set(1_000, 'open')
    candles.judgeAnew(instrument)
    expect(candles.takeFinal()).toEqual([])
    expect(candles.open()).toMatchObject([{ openMs: 1_000, state: 'open', final: false }])
    states.set(1_000, 'refilled')
    candles.judgeAnew(instrument)
    expect(candles.takeFinal()).toEqual([{ ...second(1), state: 'refilled' }])
    candles.judgeAnew(instrument)
    expect(candles.takeFinal()).toEqual([])
  })

  test('a revision that waits is told in place of what was told before', () => {
    const { candles, states } = played()
    candles.note([second(0)])
    candles.takeFinal()
    states.set(0, 'open')
    candles.note([{ ...second(0), close: 99 }])
    candles.judgeAnew(instrument)
    states.set(0, 'refilled')
    expect(candles.takeFinal()).toMatchObject([{ close: 99, state: 'refilled' }])
  })

  test('holds told candles of the last minute, and no longer', () => {
    const { candles, states } = played()
    for (let at = 0; at <= 100; at += 1) {
      candles.note([second(at)])
      candles.takeFinal()
    }
    for (let at = 0; at <= 100; at += 1) states.set(at * 1_000, 'refilled')
    candles.judgeAnew(instrument)
    expect(openTimes(candles.takeFinal())[0]).toBe(40_000)
  })
})

function played() {
  const states = new Map<number, LedgerState>()
  return { states, candles: new PlayedCandles(({ openMs }) => states.get(openMs) ?? 'complete') }
}

function second(at: number) {
  const openMs = at * 1_000
  return aCandle({ instrument, openMs, closeMs: openMs + 1_000, final: true, state: 'complete' })
}

function openTimes(candles: readonly { readonly openMs: number }[]) {
  return candles.map(({ openMs }) => openMs)
}
