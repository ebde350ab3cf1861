import { join } from 'node:path'
import type { ImportRequest } from '../contracts/import-request.ts'
import type { Trade } from '../core/market/event.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import { openTradeTable } from '../recordings/trade-table.ts'
import type { TradeRow } from '../recordings/trade-row.ts'
import { planImport, readImport, type AskedImport } from './import-plan.ts'
import { ImportStore, type ImportTarget } from './import-store.ts'
import { ImportError } from './replay/import-error.ts'
import type { ProgressListener } from './replay/progress.ts'
import { RowCheck } from './replay/row-check.ts'
import { StoredJoin } from './replay/stored-join.ts'
import { SeenIds } from './storage/seen-ids.ts'
import { SnapshotReader } from './storage/snapshot-reader.ts'
import { StorageError } from './storage/storage-error.ts'
import type { StoreMode } from './storage/store.ts'

/** Signals are heard, and progress is told, every so many rows. */
const rowsPerTurn = 5_000
const modes: readonly StoreMode[] = ['live', 'simulated', 'replay']

/** What an import runs with. */
export type ImportMeans = {
  readonly progress: ProgressListener
  /** Ends it early; nothing is kept then. */
  readonly signal: AbortSignal
  /** Wall clock, epoch ms. */
  readonly nowMs: number
}

/** What an import came to. */
export type ImportSummary = {
  /** Of the file, as stored now. */
  readonly rows: number
  /** Those that were not stored before. */
  readonly imported: number
  readonly mode: StoreMode
}

type Checked = {
  readonly rows: number
  readonly firstMs: number
  readonly lastMs: number
  readonly mode: StoreMode | null
}

/** An import whose file was looked through, and where it goes. */
type CheckedImport = {
  readonly request: ImportRequest
  readonly means: ImportMeans
  readonly checked: Checked
  readonly target: ImportTarget
}

/**
 * Takes the trades of a table into a data folder, all of them or none, by the same way as live ones.
 *
 * The file is read twice: once to look at every row, so that a bad one is told before anything is
 * touched; then into one transaction of the database, so that no crash can leave a half of it. A second
 * database to import into first would have to be merged, candles and all, by other code than live data.
 *
 * @throws ImportError, RecordingError, StorageError
 */
export async function importTrades(
  request: ImportRequest,
  means: ImportMeans
): Promise<ImportSummary> {
  const asked = readImport(request)
  const checked = await checkFile(request.file, asked, means)
  const target = await planImport(request.dataDir, {
    ...asked,
    mode: checked.mode,
    nowMs: means.nowMs
  })
  const store = ImportStore.open(target)
  try {
    const imported = await fill(store, { request, means, checked, target })
    if (imported > 0) store.commit()
    return { rows: checked.rows, imported, mode: target.mode }
  } finally {
    store.close()
  }
}

/** Reads the file once, and tells the first thing that is wrong with it. */
async function checkFile(
  file: string,
  { id, venue }: AskedImport,
  { signal, progress }: ImportMeans
): Promise<Checked> {
  const ids = new SeenIds()
  try {
    const check = new RowCheck({ instrument: id, tradeIds: venue.tradeIds, ids })
    for await (const row of await openTradeTable(file)) {
      const problem = check.take(row)
      if (problem !== null)
        throw new ImportError('import-bad-row', `${file}: row ${row.row}: ${problem}`)
      if (check.rows % rowsPerTurn === 0) {
        await nextTurn(signal)
        progress.tell({ rows: check.rows, share: null })
      }
    }
    const { times } = check
    if (times === null) throw new ImportError('import-no-trades', `${file}: no row in it`)
    return { rows: check.rows, ...times, mode: readMode(file, check.mode) }
  } finally {
    ids.close()
  }
}

/** Takes what is not stored yet. @returns How many trades that were. */
async function fill(store: ImportStore, of: CheckedImport): Promise<number> {
  const { checked, target } = of
  const range = { fromMs: checked.firstMs, toMs: afterMs(checked.lastMs) }
  const snapshot = new SnapshotReader(join(target.folder, 'tapedeck.db'))
  const stored = storedTrades(snapshot, target.registration.instrument.id, range)
  try {
    const join = new StoredJoin(target.registration.tradeIds, stored)
    const imported = await takeRows(store, { ...of, join })
    store.finish()
    await nextTurn(of.means.signal)
    return imported
  } finally {
    stored.return(undefined)
    snapshot.close()
  }
}

async function takeRows(
  store: ImportStore,
  of: CheckedImport & { readonly join: StoredJoin }
): Promise<number> {
  const { checked, target, join } = of
  const { signal, progress } = of.means
  const { file } = of.request
  let [rows, imported] = [0, 0]
  for await (const row of await openTradeTable(file)) {
    rows += 1
    const joined = join.take(row)
    if (typeof joined === 'object') throw differs(file, `row ${row.row}: ${joined.problem}`)
    if (joined === 'new') {
      if (!store.take(tradeOf(row, target)))
        throw differs(file, `row ${row.row}: its id is stored at another time`)
      imported += 1
    }
    if (rows % rowsPerTurn === 0) {
      await nextTurn(signal)
      progress.tell({ rows, share: rows / checked.rows })
    }
  }
  const missing = join.end()
  if (missing !== null) throw differs(file, missing)
  if (rows !== checked.rows)
    throw new ImportError('import-file-changed', `${file}: it changed while it was read`)
  return imported
}

function* storedTrades(
  snapshot: SnapshotReader,
  id: InstrumentId,
  range: { readonly fromMs: number; readonly toMs: number }
): Generator<Trade, undefined> {
  const of = snapshot.find(id)
  if (of === null) return
  for (const page of snapshot.trades(of, range)) {
    assertWhole(snapshot)
    for (const { trade } of page) yield trade
  }
  assertWhole(snapshot)
}

/** What cannot be read cannot be compared. */
function assertWhole(snapshot: SnapshotReader): void {
  const [damage] = snapshot.takeDamage()
  if (damage !== undefined) throw new StorageError('storage-tape', damage)
}

/** A table that does not tell when a trade was received: by its venue's time. */
function tradeOf(
  { row, id, eventMs, receivedMs, price, size, side }: TradeRow,
  { registration, nowMs }: ImportTarget
): Trade {
  const { instrument, tradeIds } = registration
  const named = id ?? `import@${nowMs}-${row}`
  return {
    kind: 'trade',
    instrument: instrument.id,
    id: tradeIds === 'contiguous' ? Number(named) : named,
    eventMs,
    receivedMs: receivedMs ?? eventMs,
    price,
    size,
    side
  }
}

function readMode(file: string, text: string | null): StoreMode | null {
  if (text === null) return null
  const mode = modes.find((known) => known === text)
  if (mode !== undefined) return mode
  throw new ImportError(
    'import-bad-row',
    `${file}: row 1: mode: expected ${modes.join(', ')} or nothing, received ${JSON.stringify(text)}`
  )
}

/** The next double after a time: ranges are half-open. */
function afterMs(atMs: number): number {
  return atMs + 2 ** (Math.floor(Math.log2(atMs)) - 52)
}

function differs(file: string, problem: string): ImportError {
  return new ImportError('import-differs', `${file}: ${problem}`)
}

async function nextTurn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  if (signal.aborted) throw new ImportError('import-stopped', 'stopped: nothing was imported')
}
