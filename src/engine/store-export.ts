import { access, constants, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ExportRequest } from '../contracts/export-request.ts'
import { splitInstrumentId, type InstrumentId } from '../core/market/instrument.ts'
import { parseInterval, type IntervalSpec } from '../core/market/interval.ts'
import { nameDistance, nearestOf, withHint } from '../core/market/near-names.ts'
import type { TableRow } from '../recordings/table-column.ts'
import { ExportError } from './replay/export-error.ts'
import {
  writeExport,
  type ExportMeans,
  type ExportSource,
  type ExportSummary
} from './replay/export-run.ts'
import {
  candleExportColumns,
  candleExportRow,
  gapExportColumns,
  gapExportRow,
  tradeExportColumns,
  tradeExportRow
} from './replay/export-table.ts'
import { SnapshotReader } from './storage/snapshot-reader.ts'
import { StorageError } from './storage/storage-error.ts'
import type { StoredInstrument } from './storage/stored-instruments.ts'
import type { TimeRange } from './storage/stored-trades.ts'

const usualIntervals = '1s, 1m, 1h, 100t'

/** What an export came to, and what it left out. */
export type StoreExportSummary = ExportSummary & {
  /** Trades whose venue time was not believed: they stand at another time and make no candle. */
  readonly flagged: number
  /** Files of the store that could not be read, in words: their trades are left out. */
  readonly damage: readonly string[]
  /** Stretches of what was asked for that retention deleted, oldest first. */
  readonly forgotten: readonly TimeRange[]
}

type Selection = {
  readonly snapshot: SnapshotReader
  readonly of: StoredInstrument
  readonly range: TimeRange
}

/**
 * Writes what is stored of an instrument to a file, in one state of the store, beside an engine that may
 * be writing it.
 *
 * @throws ExportError before anything is written where an argument is at fault; RecordingError,
 * StorageError.
 */
export async function exportStored(
  request: ExportRequest,
  means: Pick<ExportMeans, 'progress' | 'signal'>
): Promise<StoreExportSummary> {
  const spec = readInterval(request)
  const range = readRange(request)
  const snapshot = openSnapshot(request.dataDir)
  try {
    const of = findStored(snapshot, request.instrument)
    if (spec !== null) assertTold(snapshot, of, spec)
    const out = await checkOut(request)
    const selection = { snapshot, of, range }
    const source = sourceOf(request.kind, selection, spec)
    const summary = await writeExport(source, { ...means, out, format: request.format })
    const flagged = request.kind === 'trades' ? snapshot.countFlagged(of, range) : 0
    const forgotten = forgottenOf(request.kind, selection, spec)
    return { ...summary, flagged, damage: snapshot.takeDamage(), forgotten }
  } finally {
    snapshot.close()
  }
}

/** Gaps are kept for good. Without a bound it is asked for what is stored, and that is there. */
function forgottenOf(
  kind: ExportRequest['kind'],
  { snapshot, of, range }: Selection,
  spec: IntervalSpec | null
): readonly TimeRange[] {
  if (kind === 'trades') {
    const asked = boundedBy(range, snapshot.extentOfTrades(of, range))
    return snapshot.forgottenTrades(of, asked)
  }
  if (kind === 'gaps' || spec === null) return []
  const asked = boundedBy(range, snapshot.extentOfCandles(of, spec, range))
  const candles = snapshot.forgottenCandles(spec, asked)
  return candles === null ? [] : [candles]
}

/** @param extent Of what is stored of the range; null: nothing. */
function boundedBy(range: TimeRange, extent: TimeRange | null): TimeRange {
  return {
    fromMs: Number.isFinite(range.fromMs) ? range.fromMs : (extent?.fromMs ?? Infinity),
    toMs: Number.isFinite(range.toMs) ? range.toMs : (extent?.toMs ?? -Infinity)
  }
}

function sourceOf(
  kind: ExportRequest['kind'],
  { snapshot, of, range }: Selection,
  spec: IntervalSpec | null
): ExportSource {
  const { mode } = snapshot
  const facts = { tapedeck: kind, mode, instrument: of.id }
  if (kind === 'trades') {
    const extent = snapshot.extentOfTrades(of, range)
    const pages = extent === null ? [] : snapshot.trades(of, range)
    return {
      columns: tradeExportColumns,
      facts,
      pages: shared(pages, extent, {
        rowOf: ({ trade, state }) => tradeExportRow(trade, state, mode),
        timeOf: ({ trade }) => trade.eventMs
      })
    }
  }
  if (kind === 'gaps' || spec === null) {
    return {
      columns: gapExportColumns,
      facts,
      pages: shared(snapshot.gaps(of, range), null, {
        rowOf: (gap) => gapExportRow(gap, mode),
        timeOf: ({ toMs }) => toMs
      })
    }
  }
  const extent = snapshot.extentOfCandles(of, spec, range)
  return {
    columns: candleExportColumns(spec.kind),
    facts: { ...facts, interval: spec.interval },
    pages: shared(snapshot.candles(of, spec, range), extent, {
      rowOf: (candle) => candleExportRow(candle, mode),
      timeOf: ({ openMs }) => openMs
    })
  }
}

/** Pages as rows, each with how far into the extent it reaches. */
function* shared<Item>(
  pages: Iterable<readonly Item[]>,
  extent: TimeRange | null,
  of: { readonly rowOf: (item: Item) => TableRow; readonly timeOf: (item: Item) => number }
): Generator<{ rows: TableRow[]; share: number }> {
  for (const page of pages) {
    const last = page.at(-1)
    const atMs = last === undefined ? 0 : of.timeOf(last)
    const share =
      extent === null ? 0 : (atMs - extent.fromMs) / Math.max(extent.toMs - extent.fromMs, 1)
    yield { rows: page.map(of.rowOf), share }
  }
}

function openSnapshot(dataDir: string): SnapshotReader {
  try {
    return new SnapshotReader(join(dataDir, 'tapedeck.db'))
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'storage-folder') throw error
    throw new ExportError('export-no-data', `--data-dir: ${error.message}`)
  }
}

function findStored(snapshot: SnapshotReader, text: string): StoredInstrument {
  const of = isId(text) ? snapshot.find(text) : null
  if (of !== null) return of
  const stored = snapshot.instruments()
  const near = nearestOf(
    stored.map((id) => {
      const bySymbol = nameDistance(text, splitInstrumentId(id).symbol)
      return { name: id, distance: Math.min(nameDistance(text, id), bySymbol) }
    })
  )
  throw new ExportError(
    'export-unknown-instrument',
    withHint(`--instrument: nothing is stored of ${JSON.stringify(text)}`, near)
  )
}

function readInterval({ kind, interval }: ExportRequest): IntervalSpec | null {
  if (kind !== 'candles') return null
  const spec = interval === null ? null : parseInterval(interval)
  if (spec !== null) return spec
  const received = interval === null ? 'is needed' : `${JSON.stringify(interval)} is no interval`
  throw new ExportError('export-bad-interval', `--interval: ${received}; such as ${usualIntervals}`)
}

/** Of an instrument that has candles: nothing would come of the others. */
function assertTold(snapshot: SnapshotReader, of: StoredInstrument, spec: IntervalSpec): void {
  const stored = snapshot.storedIntervals(of)
  if (stored.length === 0 || snapshot.canTell(of, spec)) return
  throw new ExportError(
    'export-bad-interval',
    `--interval: no ${spec.interval} candles are stored of ${of.id}, and none that they can be made of; stored are ${stored.join(', ')}`
  )
}

function readRange({ fromMs, toMs }: ExportRequest): TimeRange {
  const range = { fromMs: fromMs ?? -Infinity, toMs: toMs ?? Infinity }
  if (range.fromMs < range.toMs) return range
  throw new ExportError(
    'export-bad-range',
    `--from: ${momentOf(range.fromMs)} is not before --to ${momentOf(range.toMs)}`
  )
}

async function checkOut({ out, force }: ExportRequest): Promise<string> {
  const file = resolve(out)
  const folder = dirname(file)
  const found = await stat(folder).catch(() => null)
  if (found?.isDirectory() !== true)
    throw new ExportError('export-bad-folder', `--out: ${folder} is not a folder`)
  await access(folder, constants.W_OK | constants.X_OK).catch(() => {
    throw new ExportError('export-bad-folder', `--out: ${folder} may not be written`)
  })
  const existing = await stat(file).catch(() => null)
  if (existing === null) return file
  if (!existing.isFile()) throw new ExportError('export-bad-folder', `--out: ${file} is not a file`)
  if (force) return file
  throw new ExportError('export-file-exists', `--out: ${file} exists; --force replaces it`)
}

function momentOf(atMs: number): string {
  return Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : String(atMs)
}

function isId(text: string): text is InstrumentId {
  return text.includes(':')
}
