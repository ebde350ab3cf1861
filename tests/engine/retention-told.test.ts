import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { ExportRequest } from '../../src/contracts/export-request.ts'
import type { TapeReplayRequest } from '../../src/contracts/tape-replay-request.ts'
import { exportStored } from '../../src/engine/store-export.ts'
import { LineOutput } from '../../src/engine/replay/line-output.ts'
import { replayStored } from '../../src/engine/stored-replay.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { aCandle } from '../support/candles.ts'
import { PlayedTape } from '../support/played-tape.ts'
import { quietProgress } from '../support/quiet-progress.ts'
import { sealAll } from '../support/tape-keeping.ts'
import { aWriterBench } from '../support/writer-bench.ts'

const hourMs = 3_600_000
const startMs = Date.UTC(2026, 9, 1)
const hour = startMs / hourMs
const instrument = 'coinbase:BTC-USD'
const signal = new AbortController().signal

/** A trade and a candle in each of four hours, of which retention deleted the trades of the second, and candles before it. */
async function aStore(): Promise<string> {
  const bench = await aWriterBench([aRegistration()])
  for (const id of [0, 1, 2, 3]) {
    const openMs = startMs + id * hourMs
    const candle = aCandle({ interval: '1h', openMs, closeMs: openMs + hourMs, final: true })
    bench.commit({ trades: [aTrade({ id, eventMs: openMs })], candles: [candle] })
  }
  sealAll(bench)
  bench.database.forget({ kind: 'hour', venue: 'coinbase', hour: hour + 1 }, startMs)
  bench.database.forget({ kind: 'candles', interval: '1h', toMs: startMs + hourMs }, startMs)
  return dirname(bench.setup.file)
}

async function exported(dataDir: string, more: Partial<ExportRequest>) {
  const request: ExportRequest = {
    ...{ kind: 'trades', dataDir, instrument, interval: null, fromMs: null, toMs: null },
    ...{ format: 'csv', out: join(dataDir, 'out.csv'), force: true },
    ...more
  }
  return exportStored(request, { progress: quietProgress(), signal })
}

async function replayed(dataDir: string, more: Partial<TapeReplayRequest>) {
  const request: TapeReplayRequest = {
    ...{ dataDir, instruments: null, intervals: ['1m'], fromMs: null, toMs: null },
    ...{ view: 'then', speed: 'max', print: null },
    ...more
  }
  const output = new LineOutput(new PassThrough().resume(), () => undefined)
  return replayStored(request, { output, signal })
}

const gone = { fromMs: startMs + hourMs, toMs: startMs + 2 * hourMs }

describe('what retention deleted', () => {
  test('is told by an export of trades, as far as it was asked for', async () => {
    const dataDir = await aStore()
    expect(await exported(dataDir, {})).toMatchObject({ rows: 3, forgotten: [gone] })
    const later = { fromMs: gone.toMs }
    expect(await exported(dataDir, later)).toMatchObject({ rows: 2, forgotten: [] })
    const within = { fromMs: gone.fromMs + 5, toMs: gone.fromMs + 9 }
    expect(await exported(dataDir, within)).toMatchObject({ rows: 0, forgotten: [within] })
  })

  test('is told by an export of candles that reaches back to it', async () => {
    const dataDir = await aStore()
    const candles = { kind: 'candles', interval: '1h' } as const
    expect(await exported(dataDir, candles)).toMatchObject({ rows: 3, forgotten: [] })
    const earlier = { fromMs: startMs, toMs: startMs + hourMs }
    expect(await exported(dataDir, { ...candles, fromMs: startMs })).toMatchObject({
      rows: 3,
      forgotten: [earlier]
    })
  })

  test('is told by a replay, which is not complete then', async () => {
    const dataDir = await aStore()
    expect(await replayed(dataDir, {})).toMatchObject({
      trades: 3,
      forgotten: [{ venue: 'coinbase', ...gone }],
      complete: false
    })
    const later = { fromMs: gone.toMs }
    expect(await replayed(dataDir, later)).toMatchObject({ forgotten: [], complete: true })
  })

  test.each(['then', 'final'] as const)(
    'is lost to a replay (%s), in its ledger and in candles over it',
    async (view) => {
      const bench = await aWriterBench([aRegistration()])
      const trades = Array.from({ length: 180 }, (...[, id]) =>
        aTrade({ id, eventMs: startMs + id * 60_000, receivedMs: startMs + id * 60_000 })
      )
      const range = { fromMs: startMs, toMs: startMs + 3 * hourMs }
      bench.commit({ trades, ledger: { coverage: [{ instrument, ...range, kind: 'complete' }] } })
      sealAll(bench)
      const played = () => {
        const tape = new PlayedTape(dirname(bench.setup.file), { view }).playTo(Infinity)
        const middle = { openMs: startMs + 1.5 * hourMs, closeMs: startMs + 1.5 * hourMs + 1 }
        return {
          candles: tape.candles('7t').filter(({ state }) => state !== 'complete'),
          trades: tape.replay.cursor.trades,
          middle: tape.replay.ledger(instrument)?.stateOf(middle)
        }
      }
      expect(played()).toEqual({ candles: [], trades: 180, middle: 'complete' })
      bench.database.forget({ kind: 'hour', venue: 'coinbase', hour: hour + 1 }, startMs)
      expect(played()).toMatchObject({
        candles: [{ index: 8, trades: 7, state: 'lost' }],
        trades: 120,
        middle: 'lost'
      })
    }
  )
})
