import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { RecordingError } from '../../recordings/recording-error.ts'
import type { TapeGroup } from '../../recordings/tape-file.ts'
import type { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import { hourMs, pathIn, type VenueHour } from './sealed-hour.ts'
import type { TapeLoss } from './tape-finding.ts'

/** A file as the manifest names it. */
export type ManifestFile = VenueHour & { readonly part: number; readonly path: string }

type Stretch = {
  readonly instrument: InstrumentId
  readonly trades: number
  readonly fromMs: number | null
  readonly toMs: number | null
}

/** Tells which trades are lost with a file, or a part of one, that cannot be read. */
export class TapeLosses {
  readonly #folder: string
  readonly #stretches: Database.Statement<unknown[], Stretch>

  constructor(database: Database.Database) {
    this.#folder = dirname(database.name)
    // What was collected of an hour: of the rest nothing was lost.
    this.#stretches = database.prepare(
      `SELECT i.venue || ':' || i.symbol AS instrument, s.trades,
         (SELECT min(c.from_ms) FROM coverage c WHERE c.instrument = i.id
           AND c.to_ms > @fromMs AND c.from_ms < @toMs) AS fromMs,
         (SELECT max(c.to_ms) FROM coverage c WHERE c.instrument = i.id
           AND c.to_ms > @fromMs AND c.from_ms < @toMs) AS toMs
       FROM instrument i CROSS JOIN tape_stretch s
         ON s.instrument = i.id AND s.hour = @hour AND s.part = @part
       WHERE i.venue = @venue`
    )
  }

  /** What the manifest says of a file of which nothing can be read. */
  ofFile(file: ManifestFile, error: RecordingError): readonly TapeLoss[] {
    const { venue, hour, part } = file
    const range = { fromMs: hour * hourMs, toMs: (hour + 1) * hourMs }
    return this.#stretches.all({ venue, hour, part, ...range }).map((stretch) => ({
      instrument: stretch.instrument,
      fromMs: Math.max(stretch.fromMs ?? range.fromMs, range.fromMs),
      toMs: Math.min(stretch.toMs ?? range.toMs, range.toMs),
      trades: stretch.trades,
      reason: this.#reasonOf(error, file)
    }))
  }

  /** What a file says of a row group that is not as it was written. */
  ofGroup(
    file: ManifestFile,
    { reader, group }: { readonly reader: TapeFileReader; readonly group: TapeGroup },
    error: RecordingError
  ): readonly TapeLoss[] {
    const reason = this.#reasonOf(error, file)
    const range = { fromMs: group.fromMs, toMs: Math.floor(group.toMs) + 1 }
    return reader.header.instruments.flatMap((instrument) => {
      const trades = reader.countOf(group, instrument)
      return trades === 0 ? [] : [{ instrument, ...range, trades, reason }]
    })
  }

  #reasonOf({ message }: RecordingError, { path }: ManifestFile): string {
    return message.replace(pathIn(this.#folder, path), path)
  }
}
