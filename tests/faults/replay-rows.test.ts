import { describe, expect, test } from 'vitest'
import { compareCandles, compareGaps, PlayedRows, storedRows } from '../../faults/replay-rows.ts'
import { candleShapeOf, gapShapeOf } from '../../src/contracts/market-shapes.ts'
import { aCandle } from '../support/candles.ts'
import { aGap } from '../support/a-gap.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aWriterBench } from '../support/writer-bench.ts'

const candle = aCandle({ instrument: 'coinbase:BTC-USD', final: true, state: 'complete' })
const gap = aGap({
  instrument: 'coinbase:BTC-USD',
  state: 'refilled',
  source: 'trades',
  fromMs: candle.openMs - 50_000,
  toMs: candle.openMs - 40_000
})

describe('rows of a store and of a replay', () => {
  test('are equal where the replay prints what is stored', async () => {
    const stored = await aStore()
    const played = playedOf([candle], [gap])
    expect(stored.candles.size).toBe(1)
    const candles = compareCandles(stored, played)
    expect(candles).toMatchObject({ different: 0, example: null, stored: candles.played })
    const gaps = compareGaps(stored, played)
    expect(gaps).toMatchObject({ different: 0, example: null, stored: gaps.played })
  })

  test('of a candle count as the last line tells them', async () => {
    const stored = await aStore()
    const played = playedOf([{ ...candle, close: candle.close + 1 }, candle], [gap])
    expect(compareCandles(stored, played).different).toBe(0)
  })

  test.each([
    { what: 'another volume', candles: [{ ...candle, volume: candle.volume + 1e-9 }] },
    { what: 'another state', candles: [{ ...candle, state: 'refilled' as const }] },
    { what: 'nothing', candles: [] }
  ])('differ where a replay tells $what of a candle', async ({ candles }) => {
    const compared = compareCandles(await aStore(), playedOf(candles, [gap]))
    expect(compared.different).toBe(1)
    expect(compared.stored).not.toBe(compared.played)
    expect(compared.example).toContain('coinbase:BTC-USD')
  })

  test.each([
    { what: 'another end of a gap', gaps: [{ ...gap, state: 'lost' as const }] },
    { what: 'no gap', gaps: [] },
    { what: 'a gap that is not stored', gaps: [gap, gap] }
  ])('differ where a replay tells $what', async ({ gaps }) => {
    const compared = compareGaps(await aStore(), playedOf([candle], gaps))
    expect(compared.different).toBe(1)
    expect(compared.stored).not.toBe(compared.played)
  })
})

async function aStore() {
  const bench = await aWriterBench([aRegistration()])
  bench.commit({ candles: [candle], ledger: { gaps: [gap] } })
  const reach = { instrument: candle.instrument, kind: 'complete' as const }
  const span = { fromMs: candle.openMs - 60_000, toMs: candle.closeMs + 60_000 }
  bench.commit({ ledger: { coverage: [{ ...reach, ...span }] } })
  return storedRows(bench.setup.file)
}

function playedOf(candles: readonly (typeof candle)[], gaps: readonly (typeof gap)[]) {
  const played = new PlayedRows()
  for (const each of gaps) played.take(JSON.stringify(gapShapeOf(each)))
  for (const each of candles) played.take(JSON.stringify(candleShapeOf(each)))
  return played
}
