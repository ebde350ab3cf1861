import { DraftFile } from '../../recordings/draft-file.ts'
import type { TableColumn, TableRow } from '../../recordings/table-column.ts'
import { createTable, type TableFile, type TableFormat } from '../../recordings/table-file.ts'
import { ExportError } from './export-error.ts'
import type { ProgressListener } from './progress.ts'

/** What is to be written, in the order of the file. */
export type ExportSource = {
  readonly columns: readonly TableColumn[]
  /** Facts about the whole, for formats that have a place for them. */
  readonly facts: Readonly<Record<string, string>>
  /** Rows, a page at a time, each with how much of the whole is done after it, 0 to 1. */
  readonly pages: Iterable<{ readonly rows: readonly TableRow[]; readonly share: number }>
}

/** How an export is carried out. */
export type ExportMeans = {
  readonly out: string
  readonly format: TableFormat
  readonly progress: ProgressListener
  /** Stops it; nothing is left then. */
  readonly signal: AbortSignal
}

/** What an export came to. */
export type ExportSummary = {
  readonly rows: number
  /** Most rows that were in memory at a time: a page and what the format collects. */
  readonly mostHeld: number
}

/**
 * Writes pages into a file that appears under its name when it is whole. However many rows there are, a
 * page and a row group of them are in memory.
 *
 * @throws ExportError `export-stopped`; RecordingError; whatever the source throws. Nothing is left then.
 */
export async function writeExport(
  source: ExportSource,
  means: ExportMeans
): Promise<ExportSummary> {
  const draft = new DraftFile(means.out)
  let table: TableFile | null = null
  try {
    table = await createTable(draft.path, { ...source, format: means.format })
    const summary = await writePages(source, table, means)
    await table.finish()
    assertWanted(means.signal)
    await draft.publish()
    return summary
  } catch (error) {
    await table?.abandon()
    await draft.discard()
    throw error
  }
}

async function writePages(
  { pages }: ExportSource,
  table: TableFile,
  { progress, signal }: ExportMeans
): Promise<ExportSummary> {
  let [written, mostHeld] = [0, 0]
  for (const { rows, share } of pages) {
    assertWanted(signal)
    mostHeld = Math.max(mostHeld, table.rowsHeld + rows.length)
    await table.write(rows)
    written += rows.length
    progress.tell({ rows: written, share })
    await nextTurn()
  }
  assertWanted(signal)
  return { rows: written, mostHeld }
}

/** Signals are heard between pages. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function assertWanted(signal: AbortSignal): void {
  if (signal.aborted) throw new ExportError('export-stopped', 'stopped: nothing was written')
}
