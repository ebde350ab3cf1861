import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { invariant, InvariantError } from '../../core/invariant.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import { RecordingError } from '../../recordings/recording-error.ts'
import type { TapeIds } from '../../recordings/tape-file.ts'
import { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import { syncFolder, TapeFileWriter } from '../../recordings/tape-file-writer.ts'
import type { TapeRow } from '../../recordings/tape-rows.ts'
import { ColdTrades } from './cold-trades.ts'
import type { SealedHour, SealedStretch, VenueHour } from './sealed-hour.ts'
import { hourMs, pathIn, tapePath } from './sealed-hour.ts'
import type { TradeTuple } from './trade-tuple.ts'
import { tapeRowFrom, tradeTupleColumns } from './trade-tuple.ts'

/** Files of an hour beyond which they are made one. */
const mostParts = 4
/** Rows held at once; of a larger hour the rows are looked through several times. */
const usualSliceRows = 250_000

type File = {
  readonly part: number
  readonly path: string
  readonly trades: number
  readonly checksum: number
}

/** Rows of an hour that lie in no file yet. */
type HotRows = {
  /** Ascending. */
  readonly arrivals: Float64Array
  /** Of rows that lie in a file: they came again while it was damaged. */
  readonly twice: ReadonlySet<number>
  /** What their ids are. */
  readonly ids: readonly TapeIds[]
}

type NewFile = {
  readonly due: VenueHour
  readonly part: number
  readonly path: string
  /** Of the files that it takes the place of. */
  readonly readers: readonly TapeFileReader[]
  readonly hot: HotRows
}

/** How far a compaction is: its file is written beside its place, in its place, and read back. */
export type CompactionStep = 'written' | 'published' | 'checked'

/** Writes the trades of an hour that are rows into a file; the rows stay as they are. */
export class HourCompaction {
  readonly #database: Database.Database
  readonly #folder: string
  readonly #rowsPerSlice: number
  readonly #instruments: Database.Statement<unknown[], readonly [number, InstrumentId]>
  readonly #arrivals: Database.Statement<unknown[], readonly [number, number | string]>
  readonly #rows: Database.Statement<unknown[], TradeTuple>
  readonly #clearing: Database.Statement<unknown[], number>
  readonly #files: Database.Statement<unknown[], File & { readonly replaced_ms: number | null }>

  constructor(database: Database.Database, rowsPerSlice = usualSliceRows) {
    this.#database = database
    this.#folder = dirname(database.name)
    this.#rowsPerSlice = rowsPerSlice
    this.#instruments = database
      .prepare<unknown[], readonly [number, InstrumentId]>(
        "SELECT id, venue || ':' || symbol FROM instrument WHERE venue = ?"
      )
      .raw()
    const hour = 'WHERE instrument = ? AND hour = ?'
    this.#arrivals = database
      .prepare<unknown[], readonly [number, number | string]>(
        `SELECT arrival, id FROM trade ${hour}`
      )
      .raw()
    this.#rows = database
      .prepare<unknown[], TradeTuple>(
        `SELECT ${tradeTupleColumns}
         FROM trade ${hour} AND arrival BETWEEN ? AND ?`
      )
      .raw()
    this.#clearing = database
      .prepare<unknown[], number>(
        `SELECT count(*) FROM instrument i CROSS JOIN tape_clearing c ON c.instrument = i.id
         WHERE i.venue = @venue AND c.hour = @hour`
      )
      .pluck()
    this.#files = database.prepare(
      'SELECT part, path, trades, checksum, replaced_ms FROM tape_file WHERE venue = ? AND hour = ? ORDER BY part'
    )
  }

  /**
   * Writes the file, puts it in its place and reads it back.
   *
   * @param due An hour that holds rows, none of which is being deleted.
   * @returns Null while a file of the hour cannot be read: its rows may lie in it already.
   * @throws RecordingError when it cannot be written or read.
   */
  write(
    due: VenueHour,
    after: (step: CompactionStep) => void = () => undefined
  ): SealedHour | null {
    invariant(this.#clearing.get(due) === 0, `rows of ${due.venue}, hour ${due.hour} are deleted`)
    const files = this.#files.all(due.venue, due.hour)
    const current = files.filter((file) => file.replaced_ms === null)
    const hot = this.#survey(due)
    if (hot === null) return null
    const folded = current.length >= mostParts && this.#areWhole(current) ? current : []
    const part = Math.max(-1, ...files.map((file) => file.part)) + 1
    const path = tapePath(due, part, folded.length > 0)
    mkdirSync(dirname(pathIn(this.#folder, path)), { recursive: true })
    const readers: TapeFileReader[] = []
    try {
      for (const file of folded) readers.push(new TapeFileReader(pathIn(this.#folder, file.path)))
      const written = this.#writeFile({ due, part, path, readers, hot }, after)
      const replaces = folded.map((file) => file.part)
      return { ...due, part, path, ...written, cutArrival: this.#lastArrival(), replaces }
    } finally {
      for (const reader of readers) reader.close()
    }
  }

  #writeFile(
    { due, part, path, readers, hot }: NewFile,
    after: (step: CompactionStep) => void
  ): Pick<SealedHour, 'bytes' | 'trades' | 'checksum' | 'stretches'> {
    const writer = new TapeFileWriter(pathIn(this.#folder, path), {
      mode: this.#mode(),
      venue: due.venue,
      hourMs: due.hour * hourMs,
      part,
      ids: idsOf([...readers.map(({ header }) => header.ids), ...hot.ids])
    })
    try {
      const stretches = new StretchTally()
      const sources = [this.#hotRows(due, hot), ...readers.map((reader) => reader.rows())]
      for (const row of inOrderOfArrival(sources)) {
        writer.append(row)
        stretches.count(row)
      }
      const { header, bytes, checksum } = writer.finish()
      const expected = readers.reduce((sum, file) => sum + file.header.rows, hot.arrivals.length)
      const { rows: trades } = header
      invariant(trades === expected, `expected ${expected} trades in ${path}, received ${trades}`)
      after('written')
      writer.publish()
      this.#syncFolders(path)
      after('published')
      this.#readBack(path, checksum)
      after('checked')
      return { bytes, trades, checksum, stretches: stretches.all() }
    } catch (error) {
      writer.discard()
      throw error
    }
  }

  /** Looks through the rows of an hour; null where a file that may hold some of them cannot be read. */
  #survey({ venue, hour }: VenueHour): HotRows | null {
    const arrivals: number[] = []
    const twice = new Set<number>()
    const ids = new Set<TapeIds>()
    const cold = new ColdTrades(this.#database)
    try {
      for (const [instrument] of this.#instruments.all(venue)) {
        const hasFiles = cold.hour(instrument, hour) !== null
        for (const [arrival, id] of this.#arrivals.iterate(instrument, hour)) {
          if (hasFiles && cold.find(instrument, hour, id) !== null) {
            twice.add(arrival)
            continue
          }
          arrivals.push(arrival)
          ids.add(typeof id === 'string' ? 'text' : 'integer')
        }
      }
      if (cold.takeDamage().length > 0) return null
    } finally {
      cold.close()
    }
    return { arrivals: Float64Array.from(arrivals).sort(), twice, ids: [...ids] }
  }

  *#hotRows({ venue, hour }: VenueHour, { arrivals, twice }: HotRows): Generator<TapeRow> {
    const instruments = this.#instruments.all(venue)
    for (let at = 0; at < arrivals.length; at += this.#rowsPerSlice) {
      const slice = arrivals.subarray(at, at + this.#rowsPerSlice)
      const bounds = [slice[0], slice.at(-1)]
      const rows: TapeRow[] = []
      for (const [row, instrument] of instruments) {
        for (const each of this.#rows.iterate(row, hour, ...bounds)) {
          const tapeRow = tapeRowFrom(instrument, each)
          if (!twice.has(tapeRow.arrival)) rows.push(tapeRow)
        }
      }
      yield* rows.sort((a, b) => a.arrival - b.arrival)
    }
  }

  /** Those above the file's own, which may be new. */
  #syncFolders(path: string): void {
    const names = path.split('/').slice(0, -2)
    for (let depth = 0; depth <= names.length; depth += 1) {
      syncFolder(join(this.#folder, ...names.slice(0, depth)))
    }
  }

  /** A damaged file is left to be put back from a backup. */
  #areWhole(files: readonly File[]): boolean {
    try {
      for (const { path, checksum } of files) this.#readBack(path, checksum)
      return true
    } catch (error) {
      if (error instanceof RecordingError || error instanceof InvariantError) return false
      throw error
    }
  }

  #readBack(path: string, checksum: number): void {
    using reader = new TapeFileReader(pathIn(this.#folder, path))
    invariant(reader.checksum === checksum, `${path} is not as it was written`)
    for (const group of reader.header.groups) {
      const { length } = reader.read(group)
      invariant(length === group.rows, `${path}: expected ${group.rows} trades, received ${length}`)
    }
  }

  #mode(): 'live' | 'simulated' | 'replay' {
    const mode = this.#database
      .prepare<[], string>("SELECT value FROM meta WHERE key = 'mode'")
      .pluck()
      .get()
    return mode === 'simulated' || mode === 'replay' ? mode : 'live'
  }

  /** Of the newest trade stored in all: what comes later has a higher one. */
  #lastArrival(): number {
    const sql = 'SELECT max(last_arrival) FROM run'
    return this.#database.prepare<[], number>(sql).pluck().get() ?? -1
  }
}

/** Counts what a file holds of each instrument. */
class StretchTally {
  readonly #stretches = new Map<InstrumentId, SealedStretch>()

  count({ instrument, id, flagged }: TapeRow): void {
    const known = this.#stretches.get(instrument)
    const isFirst = known === undefined
    const before = known?.ids ?? (isFirst ? { first: Infinity, last: -Infinity } : null)
    this.#stretches.set(instrument, {
      instrument,
      trades: (known?.trades ?? 0) + 1,
      flagged: (known?.flagged ?? 0) + flagged,
      ids:
        typeof id === 'number' && before !== null
          ? { first: Math.min(before.first, id), last: Math.max(before.last, id) }
          : null
    })
  }

  all(): readonly SealedStretch[] {
    return [...this.#stretches.values()]
  }
}

function* inOrderOfArrival(sources: readonly Iterator<TapeRow>[]): Generator<TapeRow> {
  const heads: { readonly rows: Iterator<TapeRow>; row: TapeRow }[] = []
  for (const rows of sources) {
    const first = rows.next()
    if (first.done !== true) heads.push({ rows, row: first.value })
  }
  for (;;) {
    let next = heads[0]
    if (next === undefined) return
    for (const head of heads) if (head.row.arrival < next.row.arrival) next = head
    yield next.row
    const after = next.rows.next()
    if (after.done === true) heads.splice(heads.indexOf(next), 1)
    else next.row = after.value
  }
}

function idsOf(all: readonly TapeIds[]): TapeIds {
  const [first = 'integer'] = all
  return all.every((ids) => ids === first) ? first : 'mixed'
}
