import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candle } from '../../../src/core/market/candle.ts'
import { CandleLines } from '../../../src/engine/replay/candle-lines.ts'
import { aCandle } from '../../support/candles.ts'

const openMs = 1_790_000_000_000

function closesOf(lines: readonly string[]): number[] {
  return lines.map((line) => (JSON.parse(line) as { close: number }).close)
}

function second(of: number, fields: Partial<Candle> = {}): Candle {
  const opened = openMs + of * 1_000
  return aCandle({ openMs: opened, closeMs: opened + 1_000, close: of, ...fields })
}

describe('CandleLines', () => {
  test('tells a candle once it is final, in its last state, and what is open at the end', () => {
    const lines = new CandleLines()
    lines.note([second(1), second(2)])
    expect(lines.takeFinal()).toEqual([])
    lines.note([second(1, { final: true, close: 7 })])
    expect(closesOf(lines.takeFinal())).toEqual([7])
    expect(lines.takeFinal()).toEqual([])
    expect(closesOf(lines.takeOpen())).toEqual([2])
    expect(lines.taken).toBe(2)
  })

  test('tells a revised candle again', () => {
    const lines = new CandleLines()
    lines.note([second(1, { final: true })])
    lines.takeFinal()
    lines.note([second(1, { final: true, close: 9, revision: 1 })])
    expect(closesOf(lines.takeFinal())).toEqual([9])
  })

  test('keeps tick candles of one place on two days apart', () => {
    const lines = new CandleLines()
    const tick = { interval: '100t', index: 3, final: true }
    lines.note([second(2, { ...tick, dayMs: 2 }), second(1, { ...tick, dayMs: 1 })])
    expect(closesOf(lines.takeFinal())).toEqual([1, 2])
  })

  test('tells the same lines in whatever order and portions the candles came', () => {
    const candles = Array.from({ length: 8 }, (...[, at]) =>
      second(at % 5, {
        final: at !== 3,
        instrument: at > 4 ? 'coinbase:ETH-USD' : 'coinbase:BTC-USD'
      })
    )
    const tell = (told: readonly Candle[], portion: number) => {
      const lines = new CandleLines()
      for (let at = 0; at < told.length; at += portion) lines.note(told.slice(at, at + portion))
      return [...lines.takeFinal(), ...lines.takeOpen()]
    }
    const expected = tell(candles, 8)
    expect(expected).toHaveLength(8)
    const shuffled = fc.shuffledSubarray(candles, { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 1, max: 8 }), (told, portion) => {
        expect(tell(told, portion)).toEqual(expected)
      })
    )
  })
})
