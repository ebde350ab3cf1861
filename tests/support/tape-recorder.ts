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
export const latencyMs = 40

export const recordedFromMs = Date.UTC(2026, 9, 1, 12)
export const recordedIntervals: readonly IntervalSpec[] = ['1s', '1m', '7t'].flatMap(
  (text) => parseInterval(text) ?? []
)

/** A live run that collects instruments into a real store, batch by batch. */
export class TapeRecorder {
  readonly bench: WriterBench
  nowMs: number
  readonly #pipeline: Pipeline
  readonly #tradeIds: 'contiguous' | 'unique'
  readonly #ids = new Map<InstrumentId, number>()
  /** Trades that did not reach us. */
  #lost: Trade[] = []
  #pending: Trade[] = []

  private constructor(bench: WriterBench, tradeIds: 'contiguous' | 'unique', fromMs: number) {
    this.bench = bench
    this.nowMs = fromMs
    this.#tradeIds = tradeIds
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
    const rules = { tradeIds, graceMs, dayOf: utcDay, seed: null } as const
    for (const { instrument } of bench.registrations)
      this.#pipeline.addInstrument(instrument, rules)
  }

  static async begin(
    instruments: readonly InstrumentId[],
    tradeIds: 'contiguous' | 'unique' = 'contiguous',
    fromMs = recordedFromMs
  ): Promise<TapeRecorder> {
    const registrations = instruments.map((id) => aRegistration(id, { tradeIds }))
    return new TapeRecorder(await aWriterBench(registrations, { tickSizes: [7] }), tradeIds, fromMs)
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
    const trade = this.#tradeOf(instrument, id)
    if (isLost) this.#lost.push(trade)
    else this.#pipeline.apply(trade, this.nowMs)
  }

  link(state: 'up' | 'down'): void {
    this.commit()
    const instruments = this.bench.registrations.map(({ instrument: { id } }) => id)
    const told = { connection: 'coinbase-01', instruments, reason: null, atMs: this.nowMs }
    const mark = { ...told, state, lastFrameMs: this.nowMs }
    this.#pipeline.mark(mark, this.nowMs)
    this.#commit([tapeMarkOf(mark)])
  }

  /** History tells the lost trades that open gaps ask for, all or the newer half; the others are gone for good. */
  refill(share: 'all' | 'half'): void {
    for (const gap of this.#pipeline.openGaps()) {
      const { instrument } = gap
      const asked = this.#lost.filter((trade) => trade.instrument === instrument)
      const told = share === 'all' ? asked : asked.slice(asked.length >> 1)
      const applied = told.map((trade) =>
        this.#pipeline.apply({ ...trade, receivedMs: this.nowMs }, this.nowMs, 'backfill')
      )
      this.#lost = this.#lost.filter((trade) => trade.instrument !== instrument)
      const stored = applied.filter((each) => each === 'stored').length
      const detail = { what: 'trades', trades: told.length, stored }
      const mark = {
        kind: 'refill',
        atMs: this.nowMs,
        instrument,
        connection: null,
        detail
      } as const
      const reachedFromMs = share === 'all' ? null : (told[0]?.eventMs ?? null)
      this.#pipeline.settle({ key: gap, rest: 'lost', reason: 'gone', reachedFromMs }, this.nowMs)
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

  #tradeOf(instrument: InstrumentId, number: number): Trade {
    const amounts = { price: 100 + (number % 13) / 8, size: 0.1 * (1 + (number % 7)) }
    const side = number % 2 === 0 ? 'buy' : 'sell'
    const id = this.#tradeIds === 'contiguous' ? number : `t-${number}`
    const times = { eventMs: this.nowMs, receivedMs: this.nowMs + latencyMs }
    return aTrade({ instrument, id, ...times, side, ...amounts })
  }
}

const bitcoin = 'coinbase:BTC-USD'
const ether = 'coinbase:ETH-USD'

/** Two instruments for some minutes, with lost trades, a break of the link, refills, and quiet. */
export async function aRecordedDay(
  tradeIds: 'contiguous' | 'unique' = 'contiguous'
): Promise<TapeRecorder> {
  const tape = await TapeRecorder.begin([bitcoin, ether], tradeIds)
  tape.link('up')
  for (let at = 0; at < 120; at += 1) happen(tape, at)
  tape.pass(10_000)
  for (let at = 0; at < 20; at += 1) tape.trade(at % 2 === 0 ? bitcoin : ether, 300)
  tape.pass(5_000)
  return tape
}

/** The `at`th happening of such a tape. */
export function happen(tape: TapeRecorder, at: number): void {
  const isLost = at % 40 === 11 || at % 40 === 12 || at % 40 === 13
  tape.trade(at % 3 === 0 ? ether : bitcoin, 170 + ((at * 37) % 400), isLost)
  if (at % 5 === 0) tape.pass(1)
  if (at === 30) tape.refill('all')
  if (at === 50) tape.link('down')
  if (at === 53) tape.link('up')
  if (at === 75) tape.refill('half')
  if (at === 100) tape.pass(90_000)
}
