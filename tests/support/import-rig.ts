import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { importTrades, type ImportSummary } from '../../src/engine/trade-import.ts'
import { quietProgress } from './quiet-progress.ts'
import { scratchFolder } from './scratch-folder.ts'
import { sealAll } from './tape-keeping.ts'
import { WriterBench } from './writer-bench.ts'

/** A data folder and the tables that are imported into it; gone when the test ends. */
export class ImportRig {
  readonly folder: string
  readonly dataDir: string
  readonly database: string
  readonly stop = new AbortController()
  /** Wall clock of imports. */
  nowMs = Date.UTC(2030, 0, 1)
  #files = 0

  private constructor(folder: string) {
    this.folder = folder
    this.dataDir = join(folder, 'data')
    this.database = join(this.dataDir, 'tapedeck.db')
  }

  static async make(): Promise<ImportRig> {
    return new ImportRig(await scratchFolder())
  }

  /** Writes a file beside the data folder. @returns Its path. */
  async file(lines: readonly string[]): Promise<string> {
    this.#files += 1
    const file = join(this.folder, `table-${this.#files}.csv`)
    await writeFile(file, lines.map((line) => `${line}\r\n`).join(''))
    return file
  }

  async import(
    file: string,
    instrument = 'binance-spot:BTC-USDT',
    intervals: readonly string[] | null = null
  ): Promise<ImportSummary> {
    return await importTrades(
      { file, dataDir: this.dataDir, instrument, intervals },
      { progress: quietProgress(), signal: this.stop.signal, nowMs: this.nowMs }
    )
  }

  /** Moves all trades into files, as the engine does with old hours. */
  seal(): void {
    const setup = { file: this.database, mode: 'replay', startedMs: this.nowMs } as const
    const bench = new WriterBench({ ...setup, run: null, registered: [], tickSizes: [100] }, [])
    expect(sealAll(bench).length).toBeGreaterThan(0)
    bench.database.close(this.nowMs)
  }

  /** Rows of a query against the database. */
  rows(sql: string): readonly unknown[] {
    const database = new Database(this.database, { readonly: true, fileMustExist: true })
    try {
      return database.prepare(sql).all()
    } finally {
      database.close()
    }
  }

  /** Everything that is stored of markets. */
  contents(): object {
    const tables = ['instrument', 'trade', 'candle', 'forming_candle', 'tick_candle', 'run']
    const more = ['forming_tick_candle', 'coverage', 'gap', 'mark', 'meta']
    return Object.fromEntries(
      [...tables, ...more].map((table) => [table, this.rows(`SELECT * FROM ${table}`)])
    )
  }
}
