import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Trade } from '../../src/core/market/event.ts'
import type { InstrumentId } from '../../src/core/market/instrument.ts'
import type { IntervalSpec } from '../../src/core/market/interval.ts'
import { parseInterval } from '../../src/core/market/interval.ts'
import { utcDay } from '../../src/core/market/trading-day.ts'
import { Pipeline } from '../../src/core/pipeline/pipeline.ts'
import { tapeMarkOf } from '../../src/engine/storage/store.ts'
import { aRegistration } from './a-registration.ts'
import { aTrade } from './a-trade.ts'
import { scratchFolder } from './scratch-folder.ts'
import { aWriterBench, type WriterBench } from './writer-bench.ts'

const graceMs = 2_000
const latencyMs = 40

export const recordedFromMs = Date.UTC(2026, 9, 1, 12)
export const recordedIntervals: readonly IntervalSpec[] = ['1s', '1m', '7t'].flatMap(
  (text) => parseInterval(text) ?? []
)

/** A live run that collects instruments with counted ids into a real store, batch by batch. */
export class TapeRecorder {
  readonly bench: WriterBench
  nowMs = recordedFromMs
  readonly #pipeline: Pipeline
  readonly #ids = new Map<InstrumentId, number>()
  #pending: Trade[] = []

  private constructor(bench: WriterBench) {
    this.bench = bench
    this.#pipeline = new Pipeline({
      clock: 'wall',
      intervals: recordedIntervals,
      rows: {
        trade: (trade) => void this.#pending.push(trade),
        flaggedTrade: () => {
          throw new Error('expected plausible trades only')
        }
      },
      firstArrival: bench.nextArrival
    })
    const rules = { tradeIds: 'contiguous', graceMs, dayOf: utcDay, seed: null } as const
    for (const { instrument } of bench.registrations)
      this.#pipeline.addInstrument(instrument, rules)
  }

  static async begin(instruments: readonly InstrumentId[]): Promise<TapeRecorder> {
    const registrations = instruments.map((id) => aRegistration(id))
    return new TapeRecorder(await aWriterBench(registrations, { tickSizes: [7] }))
  }

  get file(): string {
    return this.bench.setup.file
  }

  get dataDir(): string {
    return join(this.file, '..')
  }

  /** The venue trades; a lost one does not reach us now. */
  trade(instrument: InstrumentId, afterMs: number, isLost = false): void {
    this.nowMs += afterMs
    const id = (this.#ids.get(instrument) ?? 0) + 1
    this.#ids.set(instrument, id)
    if (!isLost) this.#pipeline.apply(this.#tradeOf(instrument, id, this.nowMs), this.nowMs)
  }

  link(state: 'up' | 'down'): void {
    this.commit()
    const instruments = this.bench.registrations.map(({ instrument: { id } }) => id)
    const told = { connection: 'coinbase-01', instruments, reason: null, atMs: this.nowMs }
    const mark = { ...told, state, lastFrameMs: this.nowMs }
    this.#pipeline.mark(mark, this.nowMs)
    this.#commit([tapeMarkOf(mark)])
  }

  /** History tells what is missing in open gaps, all or the newer half; what it does not tell is lost. */
  refill(share: 'all' | 'half'): void {
    for (const gap of this.#pipeline.openGaps()) {
      const { instrument, firstId, lastId, toMs } = gap
      if (firstId === null || lastId === null) throw new Error('expected counted ids')
      const fromId = share === 'all' ? firstId : Math.ceil((firstId + lastId) / 2)
      let stored = 0
      for (let id = fromId; id <= lastId; id += 1) {
        const trade = { ...this.#tradeOf(instrument, id, toMs - 1), receivedMs: this.nowMs }
        if (this.#pipeline.apply(trade, this.nowMs, 'backfill') === 'stored') stored += 1
      }
      const detail = { what: 'trades', trades: stored, stored }
      const mark = {
        kind: 'refill',
        atMs: this.nowMs,
        instrument,
        connection: null,
        detail
      } as const
      const rest = { rest: 'lost', reason: 'gone', reachedFromMs: null } as const
      this.#pipeline.settle({ key: gap, ...rest }, this.nowMs)
      this.#commit([mark])
    }
  }

  commit(): void {
    this.#commit([])
  }

  /** Time passes, and everything is committed. */
  pass(ms: number): void {
    this.nowMs += ms
    this.#pipeline.advance(this.nowMs)
    this.commit()
  }

  /** The store as it is at this moment, as a file of its own. */
  async copy(): Promise<string> {
    const folder = await scratchFolder()
    const database = new Database(this.file)
    database.pragma('wal_checkpoint(TRUNCATE)')
    database.close()
    copyFileSync(this.file, join(folder, 'tapedeck.db'))
    return folder
  }

  #commit(marks: NonNullable<Parameters<WriterBench['commit']>[0]['marks']>): void {
    const candles = this.#pipeline.takeChangedCandles()
    const ledger = this.#pipeline.takeLedgerChanges()
    const rebuilds = this.#pipeline.takeRebuilds()
    const trades = this.#pending
    this.#pending = []
    const batch = { trades, candles, ledger, rebuilds, marks, runNowMs: this.nowMs }
    for (const result of this.bench.commit(batch).rebuilt) this.#pipeline.adopt(result)
  }

  #tradeOf(instrument: InstrumentId, id: number, eventMs: number): Trade {
    const amounts = { price: 100 + (id % 13) / 8, size: 0.1 * (1 + (id % 7)) }
    const side = id % 2 === 0 ? 'buy' : 'sell'
    return aTrade({ instrument, id, eventMs, receivedMs: eventMs + latencyMs, side, ...amounts })
  }
}
