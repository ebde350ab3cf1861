import { describe, expect, test } from 'vitest'
import { parseInterval } from '../../../src/core/market/interval.ts'
import { delisted, marketClosed, type LinkMark } from '../../../src/core/market/ledger/link-mark.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { CandleStore } from '../../support/candle-store.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const closeMs = Date.UTC(2026, 9, 1, 20)
const openMs = closeMs + 17.5 * hourMs
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const graceMs = 2_000

/** A run of an instrument without trade ids whose market is closed for one night. */
function aRun(stored: CandleStore | null = null) {
  const tradeIds = 'none'
  const specs = ['1s'].flatMap((text) => parseInterval(text) ?? [])
  const store = stored ?? new CandleStore({ tradeIds, specs, dayOf: utcDay, graceMs })
  const pipeline = new Pipeline({
    clock: 'wall',
    intervals: specs,
    rows: store,
    firstArrival: store.nextArrival
  })
  pipeline.addInstrument(instrument, {
    tradeIds,
    graceMs,
    dayOf: utcDay,
    seed: store.seed(),
    closedBetween: ({ fromMs, toMs }) =>
      fromMs < openMs && toMs > closeMs
        ? [{ fromMs: Math.max(fromMs, closeMs), toMs: Math.min(toMs, openMs) }]
        : []
  })
  const trade = (atMs: number) =>
    pipeline.apply(aTrade({ id: String(atMs), eventMs: atMs, receivedMs: atMs }), atMs)
  const up = (atMs: number) => mark({ state: 'up', atMs, lastFrameMs: atMs, reason: null })
  const down = (atMs: number, reason = 'connection reset') =>
    mark({ state: 'down', atMs, lastFrameMs: atMs, reason })
  const mark = (of: Pick<LinkMark, 'state' | 'atMs' | 'lastFrameMs' | 'reason'>) =>
    pipeline.mark({ ...of, connection: 'a', instruments: [instrument.id] }, of.atMs)
  const gaps = () => {
    store.commit(pipeline)
    return store.ledger.gaps().map(({ fromMs, toMs }) => [fromMs, toMs])
  }
  return { store, trade, up, down, gaps }
}

/** The same, with a link that has carried it up to a moment. */
function aRunUntil(atMs: number) {
  const run = aRun()
  run.up(closeMs - hourMs)
  for (let ms = closeMs - hourMs; ms <= atMs; ms += minuteMs) run.trade(ms)
  return run
}

describe('a closed market', () => {
  test('a link that breaks after the close and comes back before the open misses nothing', () => {
    const run = aRunUntil(closeMs + 2 * minuteMs)
    run.down(closeMs + 3 * minuteMs)
    run.up(openMs - minuteMs)
    run.trade(openMs + 1)
    expect(run.gaps()).toEqual([])
  })

  test('a link that breaks in one session and comes back in the next misses the end and the beginning', () => {
    const run = aRunUntil(closeMs - 10 * minuteMs)
    run.down(closeMs - 10 * minuteMs)
    run.up(openMs + 5 * minuteMs)
    run.trade(openMs + 5 * minuteMs)
    expect(run.gaps()).toEqual([
      [closeMs - 10 * minuteMs - 1_000, closeMs],
      [openMs, openMs + 5 * minuteMs]
    ])
  })

  test('an engine started anew in the night misses nothing; one started in the session does', () => {
    for (const [startMs, missed] of [
      [openMs - minuteMs, []],
      [openMs + minuteMs, [[openMs, openMs + minuteMs]]]
    ] as const) {
      const before = aRunUntil(closeMs + 2 * minuteMs)
      before.gaps()
      const run = aRun(before.store)
      run.up(startMs)
      run.trade(openMs + 2 * minuteMs)
      expect(run.gaps()).toEqual(missed)
    }
  })

  test('the same break round the clock is a gap', () => {
    const run = aRunUntil(closeMs - 30 * minuteMs)
    run.down(closeMs - 30 * minuteMs)
    run.up(closeMs - 20 * minuteMs)
    expect(run.gaps()).toHaveLength(1)
  })

  test('a link that ended because of it misses nothing but what it comes late for', () => {
    for (const [backMs, missed] of [
      [openMs - minuteMs, []],
      [openMs + 3 * minuteMs, [[openMs, openMs + 3 * minuteMs]]]
    ] as const) {
      const run = aRunUntil(closeMs - 30 * minuteMs)
      run.down(closeMs + 5 * minuteMs, marketClosed)
      run.up(backMs)
      run.trade(openMs + 4 * minuteMs)
      expect(run.gaps()).toEqual(missed)
    }
  })

  test('a delisted instrument misses nothing until it turns out to be traded still', () => {
    const run = aRunUntil(closeMs - 30 * minuteMs)
    run.down(closeMs - 30 * minuteMs, delisted)
    expect(run.gaps()).toEqual([])
    run.up(closeMs - 20 * minuteMs)
    expect(run.gaps()).toEqual([[closeMs - 30 * minuteMs - 1_000, closeMs - 20 * minuteMs]])
  })
})
