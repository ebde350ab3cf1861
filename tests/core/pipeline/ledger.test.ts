import { describe, expect, test } from 'vitest'
import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import { aLedgerRun, btc, noonMs, shortGap } from '../../support/ledger-run.ts'

const noGap: Gap = {
  instrument: btc,
  firstId: 1_000,
  lastId: 1_000,
  fromMs: 0,
  toMs: 0,
  state: 'open',
  cause: 'missing-ids',
  reason: null,
  missedTrades: 1,
  source: null
}

describe('candles', () => {
  test('are told final when the ledger is sealed too, and carry its state', () => {
    const run = aLedgerRun()
    run.trade(1, 100)
    run.trade(2, 900)
    run.pipeline.advance(noonMs + 5_000)
    const told = () => run.pipeline.candlesInMemory(btc, '1s')
    expect(told()).toMatchObject([{ final: false, state: 'open' }])
    run.heartbeat(2, 5_000)
    expect(told()).toMatchObject([{ final: true, state: 'unproven' }])
    run.trade(3, 5_100)
    run.pipeline.advance(noonMs + 10_000)
    expect(told()).toMatchObject([{ final: false, state: 'open' }])
    run.heartbeat(3, 10_000)
    expect(told()).toMatchObject([{ final: true, state: 'complete' }])
  })

  test('touched by a gap carry its state, whatever became of it', () => {
    const run = aLedgerRun()
    run.trade(1, 0)
    run.trade(2, 1_100)
    run.trade(4, 2_200)
    run.heartbeat(4, 3_500)
    const states = () => run.pipeline.candlesInMemory(btc, '1s').map(({ state }) => state)
    expect(states()).toEqual(['complete', 'open', 'open'])
    run.settle(run.pipeline.openGaps()[0])
    expect(states()).toEqual(['complete', 'lost', 'lost'])
  })

  test('keep the state of a settled gap that is no longer remembered by name', () => {
    const run = aLedgerRun()
    for (let at = 0; at < 100; at += 1) {
      run.trade(1 + 2 * at, at)
      run.settle(run.pipeline.openGaps()[0] ?? { ...noGap }, {})
    }
    run.trade(200, 1_500)
    expect(run.pipeline.candlesInMemory(btc, '1s')[0]).toMatchObject({ state: 'lost' })
  })
})

describe('removeInstrument', () => {
  test('leaves to be taken what its ledger changed', () => {
    const run = aLedgerRun()
    run.trade(1, 0)
    run.trade(3, 400)
    run.pipeline.removeInstrument(btc)
    const changes = run.pipeline.takeLedgerChanges()
    expect(changes.gaps.map(shortGap)).toEqual([[2, 2, 0, 400, 'open', 'missing-ids']])
    expect(changes.coverage).toMatchObject([{ toMs: noonMs + 400 }])
    expect(run.pipeline.ledgerRow(btc)).toBeNull()
    expect(run.pipeline.ledgerRanges(btc, noonMs, noonMs + 1)).toEqual([])
  })
})

describe('takeLedgerChanges', () => {
  test('tells growth of coverage alone every three seconds, and exactly when the last link ends', () => {
    const run = aLedgerRun()
    const taken = () => run.pipeline.takeLedgerChanges().coverage.map(({ toMs }) => toMs - noonMs)
    run.mark('up', 0)
    run.trade(1, 0)
    expect(taken()).toEqual([])
    run.trade(2, 300)
    expect(taken()).toEqual([300])
    run.trade(3, 3_200)
    expect(taken()).toEqual([])
    run.trade(4, 3_300)
    expect(taken()).toEqual([3_300])
    run.trade(5, 3_400)
    run.mark('down', 3_500)
    expect(taken()).toEqual([3_400])
  })
})
