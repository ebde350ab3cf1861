import type { Candle } from '../../../src/core/market/candle.ts'
import type {
  CandleQuery,
  Query,
  QueryResult,
  Series
} from '../../../src/contracts/state-stream.ts'
import type { SeriesSource } from '../../../src/renderer/chart/series-feed.ts'
import type { CandleListener } from '../../../src/renderer/stream/series-board.ts'

type Asked = {
  readonly query: CandleQuery
  readonly resolve: (result: QueryResult) => void
  readonly reject: (error: Error) => void
}

/** A series source that answers when it is told to. */
export class ScriptedSeries implements SeriesSource {
  readonly asked: Asked[] = []
  readonly watched: Series[] = []
  /** Where a tape stands; null as on a live stream. */
  atMs: number | null = null
  #listener: CandleListener = () => undefined
  #snapshot: () => void = () => undefined

  watch(series: Series, listener: CandleListener): () => void {
    this.watched.push(series)
    this.#listener = listener
    return () => this.watched.pop()
  }

  query(query: Query): Promise<QueryResult> {
    if (query.name !== 'candles') throw new Error('expected a query for candles')
    return new Promise((resolve, reject) => this.asked.push({ query, resolve, reject }))
  }

  onSnapshot(listener: () => void): () => void {
    this.#snapshot = listener
    return () => undefined
  }

  cursorMs(): number | null {
    return this.atMs
  }

  live(...candles: Candle[]): void {
    this.#listener(candles)
  }

  snapshot(): void {
    this.#snapshot()
  }

  /** Answers the latest query. */
  async answer(candles: readonly Candle[]): Promise<void> {
    this.asked.at(-1)?.resolve({ name: 'candles', candles, complete: true })
    await settled()
  }

  async fail(error: Error): Promise<void> {
    this.asked.at(-1)?.reject(error)
    await settled()
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await Promise.resolve()
}
