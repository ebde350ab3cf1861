import { buildCandles } from '../../src/core/market/build-candles.ts'
import type { Candle } from '../../src/core/market/candle.ts'
import type { Trade } from '../../src/core/market/event.ts'
import type { IntervalSpec } from '../../src/core/market/interval.ts'
import type { RebuildResult } from '../../src/core/market/rebuild.ts'
import type { ArrivedTrade } from '../../src/core/market/trade-order.ts'
import { utcDay } from '../../src/core/market/trading-day.ts'
import { Pipeline } from '../../src/core/pipeline/pipeline.ts'
import { ReaderDatabase } from '../../src/engine/storage/reader-database.ts'
import { packCandles } from '../../src/engine/storage/candle-block.ts'
import { LedgerBacklog } from '../../src/engine/storage/ledger-backlog.ts'
import type { StoredLedger } from '../../src/engine/storage/store.ts'
import { WriteQueue } from '../../src/engine/storage/write-queue.ts'
import type { InstrumentRegistration } from '../../src/engine/storage/store.ts'
import { aRegistration } from './a-registration.ts'
import type { WriterBench } from './writer-bench.ts'

const unbounded = { fromMs: null, toMs: null, limit: 10_000 } as const
type WholeRange = typeof unbounded & { readonly instrument: string }

/** A pipeline over the real store, through restarts and crashes, and the trades that must be in it. */
export class StoredRehearsal {
  readonly #bench: WriterBench
  readonly #registration: InstrumentRegistration
  readonly #specs: readonly IntervalSpec[]
  readonly #committed = new Map<number | string, ArrivedTrade>()
  #pipeline: Pipeline
  #queue = new WriteQueue()
  #pending: ArrivedTrade[] = []

  constructor(bench: WriterBench, specs: readonly IntervalSpec[]) {
    this.#bench = bench
    this.#registration = bench.registrations[0] ?? aRegistration()
    this.#specs = specs
    this.#pipeline = this.#start()
  }

  apply(trade: Trade): void {
    this.#pipeline.apply(trade, 0)
  }

  /** Commits, then carries out and adopts rebuilds until there are none. */
  settle(): void {
    for (let round = 0; round < 100; round += 1) {
      const results = this.#commit(Infinity)
      for (const result of results) this.#pipeline.adopt(result)
      if (results.length === 0) return
    }
    throw new Error('expected rebuilds to end, received one in each of 100 rounds')
  }

  /** Settles every open gap as backfill does that gets nothing from the venue. */
  giveUpGaps(): void {
    const now = this.#pipeline.runNowMs()
    for (const gap of this.#pipeline.openGaps()) {
      const verdict = { rest: 'lost', reason: 'not to be had', reachedFromMs: null } as const
      this.#pipeline.settle({ key: gap, ...verdict }, now)
    }
    this.settle()
  }

  /** Gives every candle its final mark. */
  end(endMs: number): void {
    this.#pipeline.apply({ ...lastTrade, eventMs: endMs }, 0)
    this.#pipeline.advance(0)
    this.settle()
  }

  /** Ends the run in order and begins the next from what is stored. */
  restart(): void {
    this.settle()
    this.#bench.restart(0)
    this.#pipeline = this.#start()
  }

  /** Crashes with the first step of what is sealed done, and the rest of it not. */
  cut(): void {
    this.#commit(1)
    this.crash()
  }

  /** Loses what was not committed. @returns the trades lost, in order. */
  crash(): Trade[] {
    const lost = this.#pending.map(({ trade }) => trade)
    this.#pending = []
    this.#bench.restart(null)
    this.#pipeline = this.#start()
    return lost
  }

  /** Ids of the stored trades, ascending; for venues that number trades. */
  storedIds(): readonly number[] {
    return this.#read((reader, range) =>
      reader
        .trades({ name: 'trades', ...range })
        .map(({ id }) => Number(id))
        .sort((a, b) => a - b)
    )
  }

  ledger(): StoredLedger {
    return this.#read((reader, range) => reader.ledger(range))
  }

  /** Candles of an interval as a query gives them, without their revision and the ledger's state. */
  stored(interval: string): readonly object[] {
    return this.#read((reader, range) =>
      reader.candles({ name: 'candles', interval, ...range }).candles.map(withoutMarks)
    )
  }

  /** The candles that all committed trades make, built from scratch, without those marks. */
  expected(spec: IntervalSpec, runNowMs: number): readonly object[] {
    const { instrument, tradeIds, graceMs } = this.#registration
    return buildCandles({
      instrument: instrument.id,
      tradeIds,
      spec,
      dayOf: utcDay,
      trades: [...this.#committed.values()],
      tradesBefore: 0,
      runNowMs,
      graceMs
    }).map(withoutMarks)
  }

  #read<Result>(read: (reader: ReaderDatabase, range: WholeRange) => Result): Result {
    const reader = new ReaderDatabase(this.#bench.setup.file)
    const { instrument } = this.#registration
    const result = read(reader, { instrument: instrument.id, ...unbounded })
    reader.close()
    return result
  }

  /** Seals what there is and does the steps of work it makes, at most so many. */
  #commit(mostSteps: number): RebuildResult[] {
    const candles = packCandles(this.#pipeline.takeChangedCandles(), () => 0)
    const backlog = new LedgerBacklog(() => 0)
    backlog.add(this.#pipeline.takeLedgerChanges(), 0)
    this.#queue.seal({
      candles,
      ledger: backlog.take(),
      rebuilds: this.#pipeline.takeRebuilds(),
      runNowMs: this.#pipeline.runNowMs(),
      nowMs: 0
    })
    const results: RebuildResult[] = []
    for (let step = 0; step < mostSteps; step += 1) {
      const work = this.#queue.next(1)
      if (work === null) break
      results.push(...this.#bench.database.apply(work).rebuilt)
      this.#queue.acknowledge(work.sequence)
      this.#noteCommitted()
    }
    return results
  }

  /** The first step of work after rows came holds all of them. */
  #noteCommitted(): void {
    for (const arrived of this.#pending) {
      if (!this.#committed.has(arrived.trade.id)) this.#committed.set(arrived.trade.id, arrived)
    }
    this.#pending = []
  }

  /** The bench has registered the instrument already, with the run's first work. */
  #beginQueue(): WriteQueue {
    const queue = new WriteQueue()
    queue.register([this.#registration], 0)
    const registration = queue.next(1)
    if (registration !== null) queue.acknowledge(registration.sequence)
    return queue
  }

  #start(): Pipeline {
    this.#queue = this.#beginQueue()
    const { instrument, tradeIds, graceMs } = this.#registration
    const pipeline = new Pipeline({
      clock: 'tape',
      intervals: this.#specs,
      rows: {
        trade: (trade, arrival) => {
          this.#queue.append(0, trade, arrival, false)
          this.#pending.push({ trade, arrival })
        },
        flaggedTrade: () => {
          throw new Error('expected plausible trades only')
        }
      },
      firstArrival: this.#bench.nextArrival
    })
    const reader = new ReaderDatabase(this.#bench.setup.file)
    const intervals = this.#specs.map(({ interval }) => interval)
    const seed = reader.seed([instrument.id], intervals, 0)[0]?.seed ?? null
    reader.close()
    pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed })
    return pipeline
  }
}

/** Moves the tape's clock and belongs to no instrument of the run. */
const lastTrade: Trade = {
  kind: 'trade',
  instrument: 'coinbase:OTHER',
  id: 1,
  eventMs: 0,
  receivedMs: 0,
  price: 1,
  size: 1,
  side: null
}

/** States and finality are the ledger's word, which is another test's. */
function withoutMarks(candle: Candle): object {
  return { ...candle, revision: 0, state: 'unproven', final: true }
}
