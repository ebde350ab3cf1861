import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../src/engine/collector/clock.ts'
import { openStoreJobs } from '../src/engine/storage/open-reader.ts'
import { openWriter } from '../src/engine/storage/open-writer.ts'
import { TapeKeeper } from '../src/engine/tape-keeper.ts'
import { threadFiles } from '../src/engine/thread-files.ts'
import { TapeFileReader } from '../src/recordings/tape-file-reader.ts'
import { TapeFileWriter } from '../src/recordings/tape-file-writer.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import { atLeast, atMost, below, report, told, type Figure } from './figure.ts'
import { hourOf, hourStartMs as startMs, registerTraded } from './market-hour.ts'
import { nanosecondsOf } from './processor-time.ts'

/**
 * The tape at rest: how small, how fast to read, and what moving an hour costs those who write.
 *
 *   --short   an hour of 60,000 trades
 */

const rounds = 5
const most = process.argv.includes('--short') ? 60_000 : 600_000
const hourMs = 3_600_000
const batchTrades = 1_500
const batches = 60
const batchPauseMs = 100
const warmUps = 20

function measureFile(venue: SimVenueId, folder: string, mostBytes: number): readonly Figure[] {
  const ids = venue === 'bybit-linear' ? 'text' : 'integer'
  const of = ids === 'text' ? 'UUIDs' : 'numeric ids'
  const trades = hourOf(venue, most)
  const path = join(folder, `${venue}.parquet`)
  const label = { mode: 'simulated', venue, hourMs: startMs, part: 0, ids } as const
  let bytes = 0
  const writing = nanosecondsOf(() => {
    const writer = new TapeFileWriter(path, label)
    let arrival = 0
    for (const { instrument, id, eventMs, receivedMs, price, size, side } of trades) {
      const sign = side === 'buy' ? 1 : -1
      const row = { instrument, id, eventMs, receivedMs, price, size, side: sign, flagged: 0 }
      writer.append({ ...row, arrival: arrival++ })
    }
    bytes = writer.finish().bytes
    writer.publish()
  }, trades.length)
  const reading: number[] = []
  const one: number[] = []
  for (let round = -2; round < rounds; round += 1) {
    using file = new TapeFileReader(path)
    let rows = 0
    const all = nanosecondsOf(() => {
      for (const group of file.header.groups) rows += file.read(group).length
    }, trades.length)
    if (rows !== trades.length) throw new Error(`expected ${trades.length} trades, got ${rows}`)
    const [instrument = 'x:y'] = file.header.instruments
    const begunMs = performance.now()
    for (const group of file.header.groups) file.read(group, instrument)
    if (round < 0) continue
    reading.push(1e9 / all)
    one.push(performance.now() - begunMs)
  }
  const range = [Math.min(...reading), Math.max(...reading)] as const
  return [
    atMost(mostBytes, { name: `bytes a trade (${of})`, value: bytes / trades.length, unit: '' }),
    atLeast(500_000, {
      name: `trades read of a file a second of one core, in order of arrival (${of})`,
      ...{ value: medianOf(reading), unit: '/s', range }
    }),
    told({ name: `  written (${of})`, value: 1e9 / writing, unit: '/s' }),
    told({ name: `  trades of the hour (${of})`, value: trades.length, unit: 'trades' }),
    told({ name: `  one instrument of it (${of})`, value: medianOf(one), unit: 'ms' })
  ]
}

/** Commits of a second's rows while nothing else is done, and while an hour of trades is moved. */
async function measureCommits(folder: string): Promise<readonly Figure[]> {
  const file = join(folder, 'tapedeck.db')
  const threads = threadFiles(new URL('../src/engine/index.ts', import.meta.url).href)
  const threadUrl = threads.writer
  const writer = await openWriter({
    file,
    mode: 'simulated',
    startedMs: startMs,
    tickSizes: [],
    threadUrl
  })
  try {
    const old = hourOf('coinbase', most)
    await registerTraded(writer, [...new Set(old.map(({ instrument }) => instrument))])
    let arrival = 0
    for (let from = 0; from < old.length; from += 10_000) {
      for (const trade of old.slice(from, from + 10_000)) writer.trade(trade, arrival++)
      await writer.flush()
    }
    const live = old.slice(0, batchTrades)
    const nowMs = startMs + 30 * hourMs
    let batch = 0
    const commitOne = async () => {
      batch += 1
      for (const trade of live) {
        const eventMs = trade.eventMs + 30 * hourMs
        writer.trade({ ...trade, id: Number(trade.id) + batch * 1e9, eventMs }, arrival++)
      }
      const begunMs = performance.now()
      await writer.flush()
      return performance.now() - begunMs
    }
    // What the loading left behind, checkpoints above all, is not what is asked for.
    for (let at = 0; at < warmUps; at += 1) await commitOne()
    const quiet: number[] = []
    for (let at = 0; at < batches; at += 1) {
      quiet.push(await commitOne())
      await pause(batchPauseMs)
    }
    const keeper = new TapeKeeper({
      writer,
      openCompactor: () => openStoreJobs({ file, threadUrl: threads.reader }),
      clock: { ...systemClock(), nowMs: () => nowMs },
      afterMs: 25 * hourMs,
      log: (level, event, { reason }) => {
        if (level === 'warn') throw new Error(`${event}: ${String(reason)}`)
      }
    })
    const busy: number[] = []
    const begunMs = performance.now()
    let tookMs = 0
    const look = keeper.look().then(() => (tookMs = performance.now() - begunMs))
    while (tookMs === 0) {
      busy.push(await commitOne())
      await pause(batchPauseMs)
    }
    await look
    return [
      below(30, { name: 'p99 of commits of a second while an hour is moved', ...p99(busy) }),
      told({ name: '  p99 while nothing is moved', ...p99(quiet) }),
      told({ name: '  median while an hour is moved', value: medianOf(busy), unit: 'ms' }),
      told({ name: '  median while nothing is moved', value: medianOf(quiet), unit: 'ms' }),
      told({ name: '  moving it took', value: tookMs, unit: 'ms' }),
      told({ name: '  trades moved', value: old.length, unit: 'trades' })
    ]
  } finally {
    await writer.close({ stoppedMs: startMs })
  }
}

function p99(values: readonly number[]): { readonly value: number; readonly unit: 'ms' } {
  const sorted = values.toSorted((a, b) => a - b)
  return { value: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Infinity, unit: 'ms' }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

const folder = mkdtempSync(join(tmpdir(), 'tapedeck-bench-'))
try {
  report([
    ...measureFile('coinbase', folder, 16),
    ...measureFile('bybit-linear', folder, 32),
    ...(await measureCommits(folder))
  ])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
