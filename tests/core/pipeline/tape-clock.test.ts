import { describe, expect, test } from 'vitest'
import type { LinkMark } from '../../../src/core/market/ledger/link-mark.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { CandleStore } from '../../support/candle-store.ts'

const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const { id } = instrument
const tapeMs = Date.UTC(2021, 4, 19, 12)
const wallMs = Date.UTC(2026, 9, 1)
const tradeIds = 'unique'
const graceMs = 2_000

function start(): Pipeline {
  const rows = new CandleStore({ tradeIds, specs: [], dayOf: utcDay, graceMs })
  const pipeline = new Pipeline({ clock: 'tape', intervals: [], rows, firstArrival: 0 })
  pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed: null })
  return pipeline
}

function markAt(state: LinkMark['state'], atMs: number): LinkMark {
  const reason = state === 'up' ? null : 'reset'
  return { state, connection: 'a', instruments: [id], atMs, lastFrameMs: atMs, reason }
}

function trade(tradeId: string, ms: number) {
  return aTrade({ instrument: id, id: tradeId, eventMs: tapeMs + ms })
}

describe("a run on a tape's clock", () => {
  test('covers from its first event where the link was up before the tape began', () => {
    const pipeline = start()
    pipeline.mark(markAt('up', wallMs), wallMs)
    pipeline.apply(trade('a', 0), wallMs)
    pipeline.apply(trade('b', 9_000), wallMs)
    expect(pipeline.coverage(id)).toMatchObject({ fromMs: tapeMs, toMs: tapeMs + 8_000 })
    pipeline.mark(markAt('down', tapeMs + 9_000), wallMs)
    pipeline.mark(markAt('up', tapeMs + 20_000), wallMs)
    expect(pipeline.openGaps()).toMatchObject([{ fromMs: tapeMs + 8_000, toMs: tapeMs + 20_000 }])
  })

  test('covers nothing by a link that was gone before the tape began', () => {
    const pipeline = start()
    pipeline.mark(markAt('up', wallMs), wallMs)
    pipeline.mark(markAt('down', wallMs + 1), wallMs)
    pipeline.apply(trade('a', 0), wallMs)
    pipeline.apply(trade('b', 9_000), wallMs)
    expect(pipeline.coverage(id)).toBeNull()
  })
})
