import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Trade } from '../src/core/market/event.ts'
import type { InstrumentId } from '../src/core/market/instrument.ts'
import { splitInstrumentId } from '../src/core/market/instrument.ts'
import { systemClock } from '../src/engine/collector/clock.ts'
import { openCompactor } from '../src/engine/storage/open-reader.ts'
import { openWriter } from '../src/engine/storage/open-writer.ts'
import type { StoreWriter } from '../src/engine/storage/store.ts'
import { TapeKeeper } from '../src/engine/tape-keeper.ts'
import { threadFiles } from '../src/engine/thread-files.ts'
import { TapeFileReader } from '../src/recordings/tape-file-reader.ts'
import { TapeFileWriter } from '../src/recordings/tape-file-writer.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import { SeededMarket } from '../src/simulator/seeded-market.ts'
import { atLeast, atMost, below, report, told, type Figure } from './figure.ts'
import { nanosecondsOf } from './processor-time.ts'

/**
 * The tape at rest: how small, how fast to read, and what moving an hour costs those who write.
 *
 *   --short   an hour of 60,000 trades
 */

const rounds = 5
const most = process.argv.includes('--short') ? 60_000 : 600_000
const hourMs = 3_600_000
const startMs = 497_300 * hourMs
const batchTrades = 1_500
const batches = 60
const batchPauseMs = 100

/** An hour of a venue as its seeded market trades it, received 20 to 80 ms later. */
function hourOf(venue: SimVenueId): Trade[] {
  let nowMs = startMs
  const market = new SeededMarket({
    venues: [venue],
    seed: 7,
    rate: 1,
    clock: () => nowMs,
    startMs
  })
  const trades: Trade[] = []
  let late = 1
  market.listen({
    trade: ({ instrument, id, textId, eventMs, price, size, takerSide }) => {
      late = (late * 48_271) % 2_147_483_647
      const receivedMs = Math.round(eventMs + 20 + (late / 2_147_483_647) ** 2 * 60)
      const name = venue === 'bybit-linear' ? textId : id
      const rest = { eventMs, receivedMs, price, size, side: takerSide }
      trades.push({ kind: 'trade', instrument, id: name, ...rest })
    }
  })
  while (nowMs < startMs + hourMs && trades.length < most) {
    nowMs += 1_000
    while (!market.advance());
  }
  return trades.filter(({ eventMs }) => eventMs >= startMs && eventMs < startMs + hourMs)
}

function measureFile(venue: SimVenueId, folder: string, mostBytes: number): readonly Figure[] {
  const ids = venue === 'bybit-linear' ? 'text' : 'integer'
  const of = ids === 'text' ? 'UUIDs' : 'numeric ids'
  const trades = hourOf(venue)
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
    const old = hourOf('coinbase')
    await register(writer, [...new Set(old.map(({ instrument }) => instrument))])
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
    const quiet: number[] = []
    for (let at = 0; at < batches; at += 1) {
      quiet.push(await commitOne())
      await pause(batchPauseMs)
    }
    const keeper = new TapeKeeper({
      writer,
      openCompactor: () => openCompactor({ file, threadUrl: threads.reader }),
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
      told({ name: '  while nothing is moved', ...p99(quiet) }),
      told({ name: '  moving it took', value: tookMs, unit: 'ms' }),
      told({ name: '  trades moved', value: old.length, unit: 'trades' })
    ]
  } finally {
    await writer.close({ stoppedMs: startMs })
  }
}

async function register(writer: StoreWriter, ids: readonly InstrumentId[]): Promise<void> {
  await writer.registerInstruments(
    ids.map((id) => {
      const { venue, symbol } = splitInstrumentId(id)
      const [base = '', quote = ''] = symbol.split('-')
      const rest = { tickSize: null, lotSize: null, calendar: null, turnover24h: null }
      const instrument = { id, venue, symbol, venueSymbol: symbol, base, quote, ...rest }
      return {
        instrument: { ...instrument, status: 'trading' },
        ...{ tradeIds: 'contiguous', session: null, graceMs: 2_000 }
      } as const
    })
  )
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
