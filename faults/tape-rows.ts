import { setTimeout as pause } from 'node:timers/promises'
import type { Verdict } from '../src/simulator/verify/verify.ts'
import { withDuplicate, withFalseGap, withLie, withoutGaps, withoutRevision } from './judge-row.ts'
import type { FaultRow, Judged } from './row.ts'
import { standRow } from './stand-row.ts'

const bitcoin = 'coinbase:BTC-USD'
const ether = 'coinbase:ETH-USD'
const solana = 'coinbase:SOL-USD'
const ripple = 'coinbase:XRP-USD'
const perpetual = 'bybit-linear:BTC-USDT'
const etherPerpetual = 'bybit-linear:ETH-USDT'

const shortMs = 300
const settleMs = 12_000
const longSettleMs = 15_000
/** A history that contradicts the feed is given up after half a minute. */
const contradictionsMs = 45_000
/** Candles that are refused: once their minute is over, and then for a minute and a half. */
const refusalsMs = 165_000
/** The venue serves ten pages of a thousand trades a second, of which backfill may take a part. */
const largeHoleMs = 60_000
const largeHole = 50_000

function atLeast(name: string, least: number): (judged: Judged) => readonly string[] {
  return ({ figures }) => {
    const value = figures[name] ?? 0
    return value >= least ? [] : [`${name} is ${value}, expected at least ${least}`]
  }
}

/** Every gap ended with all of its trades. */
function allRefilled({ verdict }: Judged): readonly string[] {
  const { refilled = 0, ...others } = verdict.gaps
  const unsettled = Object.entries(others).map(([state, count]) => `${count} gaps ended ${state}`)
  return refilled === 0 ? ['no gap was refilled', ...unsettled] : unsettled
}

/** Gaps ended in these states, and there is none besides. */
function endedOtherwise(
  { gaps }: Verdict,
  expected: Readonly<Record<string, number>>
): readonly string[] {
  const states = [...new Set([...Object.keys(gaps), ...Object.keys(expected)])]
  return states
    .map((state) => ({ state, had: gaps[state] ?? 0, wanted: expected[state] ?? 0 }))
    .filter(({ had, wanted }) => had !== wanted)
    .map(({ state, had, wanted }) => `${had} gaps ended ${state}, expected ${wanted}`)
}

/** Rows D: what may happen to trades on their way, and to the history behind them. */
export const tapeRows: readonly FaultRow[] = [
  standRow({
    id: 'D1',
    families: ['D'],
    title: 'duplicates on a link, and of REST and link',
    settleMs,
    spoil: withDuplicate,
    expect: atLeast('injected', 100),
    act: async (stand) => {
      for (const instrument of [bitcoin, ether, perpetual]) {
        await stand.fault({ kind: 'duplicate', instrument, n: 50 })
        await stand.fault({ kind: 'burst', instrument, n: 60 })
        await pause(shortMs)
        await stand.fault({ kind: 'duplicate', instrument, n: 50 })
      }
      await stand.fault({ kind: 'drop', instrument: bitcoin, n: 10 })
      await stand.fault({ kind: 'burst', instrument: bitcoin, n: 40 })
      await stand.fault({ kind: 'disconnect', venue: 'bybit-linear' })
      await pause(shortMs)
      await stand.untilLive()
      return { injected: 3 * 50 }
    }
  }),
  standRow({
    id: 'D2',
    families: ['D'],
    title: 'trades in a shuffled order',
    settleMs,
    spoil: withoutRevision,
    expect: atLeast('injected', 400),
    act: async (stand) => {
      for (const instrument of [bitcoin, ether, perpetual]) {
        await stand.fault({ kind: 'reorder', instrument, window: 200, n: 200 })
        await stand.fault({ kind: 'burst', instrument, n: 200 })
      }
      await pause(1_500)
      return { injected: (await stand.strikes())['reorder'] ?? 0 }
    }
  }),
  standRow({
    id: 'D3',
    families: ['D'],
    title: `holes of 1, 100 and ${largeHole}, at a reconnect and over a restart`,
    settleMs: largeHoleMs,
    loopLeave: 'engine replaced',
    spoil: withoutGaps,
    expect: allRefilled,
    act: async (stand, random) => {
      for (const [instrument, n] of [
        [ether, 1],
        [solana, 100],
        [bitcoin, largeHole]
      ] as const) {
        await stand.fault({ kind: 'drop', instrument, n })
        await stand.fault({ kind: 'burst', instrument, n: n + 1 })
      }
      await pause(500 + 500 * random())
      for (const venue of ['coinbase', 'bybit-linear']) {
        await stand.fault({ kind: 'disconnect', venue })
      }
      await pause(500 + 500 * random())
      await stand.untilLive()
      await stand.stopEngine()
      await pause(500 + 500 * random())
      await stand.goLive()
      return { injected: 101 + largeHole }
    }
  }),
  standRow({
    id: 'D4',
    families: ['D'],
    title: 'trades missed at the end, then nothing more',
    settleMs: longSettleMs,
    spoil: withoutGaps,
    expect: allRefilled,
    act: async (stand) => {
      await stand.fault({ kind: 'tail', instrument: bitcoin, n: 5 })
      await stand.fault({ kind: 'tail', instrument: ether, n: 300 })
      await stand.rest(perpetual)
      await stand.fault({ kind: 'disconnect', venue: 'bybit-linear' })
      await stand.fault({ kind: 'burst', instrument: perpetual, n: 5 })
      await pause(1_000)
      await stand.untilLive()
      return { injected: 310 }
    }
  }),
  standRow({
    id: 'D5',
    families: ['D'],
    title: 'backfill that fails, is put off, is cut short, and reaches back not far enough',
    mostSeeds: 1,
    settleMs: refusalsMs,
    spoil: withoutGaps,
    expect: ({ verdict, figures }) => [
      ...(verdict.declared === figures['unreachable']
        ? []
        : [`${verdict.declared} declared, ${figures['unreachable'] ?? 0} out of reach`]),
      ...endedOtherwise(verdict, { refilled: 3, 'refilled-candles': 1, lost: 1 })
    ],
    act: async (stand) => {
      await stand.fault({ kind: 'rest-partial', instrument: bitcoin, most: 40 })
      await stand.fault({ kind: 'rest-fail', venue: 'coinbase', path: '/trades', n: 2 })
      const pausing = { status: 429, retryAfter: '1', path: '/trades', n: 2 }
      await stand.fault({ kind: 'rest-fail', venue: 'coinbase', ...pausing })
      await stand.fault({
        kind: 'rest-fail',
        venue: 'coinbase',
        path: 'SOL-USD/candles',
        status: 404,
        ms: 2 * refusalsMs
      })
      await stand.fault({ kind: 'drop', instrument: bitcoin, n: 300 })
      await stand.fault({ kind: 'burst', instrument: bitcoin, n: 310 })
      for (const instrument of [ether, solana]) {
        await stand.rest(instrument)
        await pause(shortMs)
        const last = await stand.newestId(instrument)
        await stand.fault({ kind: 'rest-cut', instrument, beforeId: last + 121 })
        await stand.fault({ kind: 'drop', instrument, n: 200 })
        await stand.fault({ kind: 'burst', instrument, n: 210 })
      }
      await pause(1_000)
      return { injected: 700, unreachable: 240 }
    }
  }),
  standRow({
    id: 'D6',
    families: ['D'],
    title: 'ids that begin anew',
    settleMs,
    spoil: withFalseGap,
    // Where the count begins anew ids prove nothing, and that alone is told.
    expect: ({ verdict }) => endedOtherwise(verdict, { unproven: 2 }),
    act: async (stand) => {
      await stand.fault({ kind: 'reset-ids', instrument: bitcoin })
      await stand.fault({ kind: 'burst', instrument: bitcoin, n: 100 })
      await stand.fault({ kind: 'reset-ids', instrument: ether, to: 5_000 })
      await pause(2_000)
      return { injected: 2 }
    }
  }),
  standRow({
    id: 'D7',
    families: ['D'],
    title: 'a history that lies: another price, other ids, another instrument, other times',
    mostSeeds: 1,
    settleMs: contradictionsMs,
    spoil: withLie,
    expect: ({ verdict }) => endedOtherwise(verdict, { lost: 6 }),
    act: async (stand) => {
      for (const [instrument, about] of [
        [bitcoin, 'price'],
        [ether, 'ids'],
        [solana, 'instrument'],
        [ripple, 'times']
      ] as const) {
        await stand.fault({ kind: 'rest-lie', instrument, about })
        await stand.fault({ kind: 'drop', instrument, n: 20 })
        await stand.fault({ kind: 'burst', instrument, n: 30 })
      }
      await stand.fault({ kind: 'rest-lie', instrument: perpetual, about: 'instrument' })
      await stand.fault({ kind: 'rest-lie', instrument: etherPerpetual, about: 'price' })
      await stand.fault({ kind: 'disconnect', venue: 'bybit-linear' })
      await pause(4_000)
      await stand.untilLive()
      return { injected: (await stand.strikes())['rest-lie'] ?? 0 }
    }
  }),
  standRow({
    id: 'D9',
    families: ['D'],
    title: 'trades that come after their candle closed',
    settleMs,
    spoil: withoutRevision,
    expect: atLeast('injected', 10),
    act: async (stand) => {
      for (const instrument of [bitcoin, perpetual]) {
        await stand.fault({ kind: 'delay', instrument, byMs: 5_000, share: 0.3, n: 20 })
        await stand.fault({ kind: 'burst', instrument, n: 60 })
      }
      await pause(7_500)
      return { injected: (await stand.strikes())['delay'] ?? 0 }
    }
  })
]
