import { describe, expect, test } from 'vitest'
import { settingsSchema } from '../../src/contracts/settings.ts'
import type { Instrument } from '../../src/core/market/instrument.ts'
import type { Coverage } from '../../src/core/market/ledger/coverage.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import { LedgerDesk } from '../../src/engine/ledger-desk.ts'
import { MarketClocks, roundTheClock } from '../../src/engine/market-clocks.ts'
import { aGap } from '../support/a-gap.ts'
import { anInstrument } from '../support/an-instrument.ts'

const bitcoin = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
/** Friday 2026-11-20, 14:30 UTC: New York opens. It closes at 21:00, and opens on Monday. */
const openMs = Date.UTC(2026, 10, 20, 14, 30)
const closeMs = Date.UTC(2026, 10, 20, 21)
const mondayOpenMs = Date.UTC(2026, 10, 23, 14, 30)

function aStretch(instrument: Instrument, fromMs: number, toMs: number): Coverage {
  return { instrument: instrument.id, fromMs, toMs, kind: 'complete' }
}

function states(setup: {
  readonly instrument: Instrument
  readonly stored: readonly Coverage[]
  readonly gaps?: readonly Gap[]
  readonly newest?: Coverage
  readonly nowMs: number
  readonly isCollected?: boolean
  readonly markets?: Pick<MarketClocks, 'closedBetween'>
}) {
  const { instrument, stored, gaps = [], newest = null, nowMs, isCollected = true } = setup
  const { markets = new MarketClocks(settingsSchema.parse({})) } = setup
  const desk = new LedgerDesk({
    pipeline: { coverage: () => newest, runNowMs: () => nowMs },
    reader: {
      ledger: () => Promise.resolve({ coverage: stored, gaps }),
      gaps: () => Promise.resolve(gaps)
    },
    markets,
    find: () => (isCollected ? instrument : null)
  })
  return desk
    .answer({ name: 'ledger', instrument: instrument.id, fromMs: null, toMs: null, limit: 100 })
    .then((result) =>
      result.name === 'ledger'
        ? result.ranges.map(({ fromMs, toMs, state }) => `${fromMs}-${toMs} ${state}`)
        : []
    )
}

describe('LedgerDesk', () => {
  test('lays gaps over what was collected, and calls what is not sealed open', async () => {
    const gap = aGap({
      instrument: bitcoin.id,
      firstId: null,
      lastId: null,
      fromMs: 200,
      toMs: 300
    })
    expect(
      await states({
        instrument: bitcoin,
        stored: [aStretch(bitcoin, 100, 900)],
        gaps: [{ ...gap, state: 'lost' }],
        nowMs: 1_000
      })
    ).toEqual(['100-200 complete', '200-300 lost', '300-900 complete', '900-1000 open'])
  })

  test('takes the newest stretch from memory, which knows it further than the store', async () => {
    expect(
      await states({
        instrument: bitcoin,
        stored: [aStretch(bitcoin, 100, 900)],
        newest: aStretch(bitcoin, 100, 1_000),
        nowMs: 1_000
      })
    ).toEqual(['100-1000 complete'])
  })

  test('ends an instrument that is no longer collected where its last stretch ends', async () => {
    expect(
      await states({
        instrument: bitcoin,
        stored: [aStretch(bitcoin, 100, 900)],
        nowMs: 1_000,
        isCollected: false
      })
    ).toEqual(['100-900 complete'])
  })

  test('calls a share closed while its market is, over a weekend', async () => {
    const share = anInstrument({
      venue: 'eodhd',
      symbol: 'QLD',
      venueSymbol: 'QLD',
      calendar: 'XNYS'
    })
    expect(
      await states({
        instrument: share,
        stored: [
          { ...aStretch(share, openMs, closeMs), kind: 'unproven' },
          { ...aStretch(share, mondayOpenMs, mondayOpenMs + 1_000), kind: 'unproven' }
        ],
        nowMs: mondayOpenMs + 1_000
      })
    ).toEqual([
      `${openMs}-${closeMs} unproven`,
      `${closeMs}-${mondayOpenMs} closed`,
      `${mondayOpenMs}-${mondayOpenMs + 1_000} unproven`
    ])
  })

  test('calls no hour closed where calendars are ignored, and shows what was known then', async () => {
    const share = anInstrument({
      venue: 'eodhd',
      symbol: 'QLD',
      venueSymbol: 'QLD',
      calendar: 'XNYS'
    })
    const sundayMs = Date.UTC(2026, 10, 22, 9)
    expect(
      await states({
        instrument: share,
        stored: [{ ...aStretch(share, sundayMs, sundayMs + 1_000), kind: 'unproven' }],
        nowMs: sundayMs + 1_000,
        markets: roundTheClock
      })
    ).toEqual([`${sundayMs}-${sundayMs + 1_000} unproven`])
  })
})
