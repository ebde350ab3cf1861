import { expect, test } from 'vitest'
import { capture, describeCaptures } from '../support/captures.ts'
import { readLeanMinutes, readLeanTicks } from '../support/lean.ts'

const equities = 'QuantConnect+Lean/D/equity/usa'
const hourMs = 3_600_000

describeCaptures('SPY of 2013-10-07', () => {
  test('has the trades and the hours that the manifest says', async () => {
    const ticks = await readLeanTicks(capture(`${equities}/tick/spy/20131007_trade.zip`))
    expect(ticks).toHaveLength(250_601)
    expect(ticks[0]).toEqual({
      dayOffsetMs: 14_400_464,
      price: 167.41,
      size: 100,
      exchange: 'P',
      flags: '20002000',
      suspicious: false
    })
    expect(ticks.filter(({ price, size }) => !(price > 0 && size > 0))).toEqual([])
    expect(ticks.at(-1)?.dayOffsetMs).toBeLessThan(20 * hourMs)
  })

  test('has minutes inside the extended session', async () => {
    const minutes = await readLeanMinutes(capture(`${equities}/minute/spy/20131007_trade.zip`))
    expect(minutes).toHaveLength(828)
    expect(minutes[0]).toEqual({
      dayOffsetMs: 4 * hourMs,
      open: 167.41,
      high: 167.41,
      low: 167.25,
      close: 167.27,
      volume: 3_197
    })
  })
})
