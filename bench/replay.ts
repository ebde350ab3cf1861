import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInterval, type IntervalSpec } from '../src/core/market/interval.ts'
import { systemClock } from '../src/engine/collector/clock.ts'
import { TapeReplay, type TapeView } from '../src/engine/replay/tape-replay.ts'
import type { TapeRange } from '../src/engine/replay/tape-source.ts'
import type { StoreMode } from '../src/engine/storage/open-database.ts'
import { openStoreJobs } from '../src/engine/storage/open-reader.ts'
import { openWriter } from '../src/engine/storage/open-writer.ts'
import type { StoreWriter } from '../src/engine/storage/store.ts'
import { StoredTape } from '../src/engine/stored-tape.ts'
import { TapeKeeper } from '../src/engine/tape-keeper.ts'
import { findPlayed, openSnapshot } from '../src/engine/tape-replay-plan.ts'
import { threadFiles } from '../src/engine/thread-files.ts'
import { importTrades } from '../src/engine/trade-import.ts'
import { writeLeanTape } from '../scripts/write-lean-tape.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import { atLeast, below, report, told, type Figure } from './figure.ts'
import { hourOf, hourStartMs, registerTraded } from './market-hour.ts'
import { nanosecondsOf } from './processor-time.ts'

/** A tape in Parquet files, played as fast as may be: trades, ledger and candles of 1s, 1m and 100t in memory. */

const rounds = 5
const mostTrades = 600_000
const dayMs = 86_400_000
const everything = { fromMs: -Infinity, toMs: Infinity }
const intervals: readonly IntervalSpec[] = ['1s', '1m', '100t'].flatMap(
  (text) => parseInterval(text) ?? []
)
const threads = threadFiles(new URL('../src/engine/index.ts', import.meta.url).href)

const recordings = join(import.meta.dirname, '../../shared/recordings')
const spySession = 'QuantConnect+Lean/D/equity/usa/tick/spy/20131007_trade.zip'

type Played = { readonly trades: number; readonly candles: number }

/** Opens the store, plays a range of it and forgets what it made. */
function play(folder: string, view: TapeView = 'then', range: TapeRange = everything): Played {
  const snapshot = openSnapshot(folder)
  const source = new StoredTape(snapshot, findPlayed(snapshot, null), intervals)
  let candles = 0
  const replay = new TapeReplay({
    ...{ source, intervals, range, view },
    listener: {
      trade: () => undefined,
      mark: () => undefined,
      candles: (final) => void (candles += final.length)
    }
  })
  while (replay.playTo(Infinity));
  const damage = source.takeDamage()
  if (damage.length > 0) throw new Error(damage.join('\n'))
  source.close()
  snapshot.close()
  return { trades: replay.cursor.trades, candles }
}

/** An hour of a venue, in files alone. */
async function recordHour(folder: string, venue: SimVenueId): Promise<number> {
  const trades = hourOf(venue, mostTrades)
  const writer = await openTo(folder, 'simulated')
  try {
    const ids = new Set(trades.map(({ instrument }) => instrument))
    await registerTraded(writer, [...ids], venue === 'bybit-linear' ? 'unique' : 'contiguous')
    let arrival = 0
    for (let from = 0; from < trades.length; from += 10_000) {
      for (const trade of trades.slice(from, from + 10_000)) writer.trade(trade, arrival++)
      await writer.flush()
    }
    await moveAll(folder, writer, hourStartMs + 2 * dayMs)
  } finally {
    await writer.close({ stoppedMs: hourStartMs })
  }
  return trades.length
}

function openTo(folder: string, mode: StoreMode): Promise<StoreWriter> {
  const file = join(folder, 'tapedeck.db')
  return openWriter({
    file,
    mode,
    startedMs: hourStartMs,
    tickSizes: [100],
    threadUrl: threads.writer
  })
}

/** Moves all trades into files. */
async function moveAll(folder: string, writer: StoreWriter, nowMs: number): Promise<void> {
  const file = join(folder, 'tapedeck.db')
  const keeper = new TapeKeeper({
    writer,
    openCompactor: () => openStoreJobs({ file, threadUrl: threads.reader }),
    clock: { ...systemClock(), nowMs: () => nowMs },
    afterMs: 0,
    log: (level, event, { reason }) => {
      if (level === 'warn') throw new Error(`${event}: ${String(reason)}`)
    }
  })
  await keeper.look()
}

async function measureHour(venue: SimVenueId, of: string): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tapedeck-bench-'))
  try {
    const recorded = await recordHour(folder, venue)
    const perSecond: number[] = []
    let candles = 0
    for (let round = -2; round < rounds; round += 1) {
      const each = nanosecondsOf(() => {
        const played = play(folder)
        candles = played.candles
        if (played.trades !== recorded)
          throw new Error(`expected ${recorded} trades, received ${played.trades}`)
      }, recorded)
      if (round >= 0) perSecond.push(1e9 / each)
    }
    const range = [Math.min(...perSecond), Math.max(...perSecond)] as const
    return [
      atLeast(500_000, {
        name: `trades a second of one core, Parquet to candles (${of})`,
        ...{ value: medianOf(perSecond), unit: '/s', range }
      }),
      told({ name: `  trades played (${of})`, value: recorded, unit: 'trades' }),
      told({ name: `  candles finished (${of})`, value: candles, unit: '' })
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A real session of a busy ETF, opened and played; wall time. */
async function measureSession(): Promise<readonly Figure[]> {
  const archive = join(recordings, spySession)
  if (!existsSync(archive)) {
    process.stderr.write(`no ${archive}: the real session is not measured\n`)
    return []
  }
  const folder = mkdtempSync(join(tmpdir(), 'tapedeck-bench-'))
  try {
    const tape = join(folder, 'spy.csv')
    const trades = await writeLeanTape(archive, tape)
    const instrument = 'eodhd:SPY'
    const request = { file: tape, dataDir: folder, instrument, intervals: ['1s', '1m', '100t'] }
    const progress = { tell: () => undefined }
    await importTrades(request, {
      progress,
      signal: new AbortController().signal,
      nowMs: Date.now()
    })
    const writer = await openTo(folder, 'replay')
    await moveAll(folder, writer, Date.now())
    await writer.close({ stoppedMs: Date.now() })
    const took: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const begunMs = performance.now()
      const played = play(folder)
      took.push(performance.now() - begunMs)
      if (played.trades !== trades)
        throw new Error(`expected ${trades} trades, received ${played.trades}`)
    }
    const range = [Math.min(...took), Math.max(...took)] as const
    return [
      below(1_000, {
        name: 'SPY of 2013-10-07, opened and played',
        ...{ value: medianOf(took), unit: 'ms', range }
      }),
      told({ name: '  trades played (SPY)', value: trades, unit: 'trades' })
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

report([
  ...(await measureHour('coinbase', 'numeric ids')),
  ...(await measureHour('bybit-linear', 'UUIDs')),
  ...(await measureSession())
])
