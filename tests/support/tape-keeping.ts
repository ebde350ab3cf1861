import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { compactHour } from '../../src/engine/storage/compact-hour.ts'
import { ReaderDatabase } from '../../src/engine/storage/reader-database.ts'
import type { SealedHour } from '../../src/engine/storage/sealed-hour.ts'
import { pathIn } from '../../src/engine/storage/sealed-hour.ts'
import { readTape } from './tape-rows.ts'
import type { WriterBench } from './writer-bench.ts'

/** Everything is due. */
export const atOnce = { nowMs: 1e14, afterMs: 0, gapAfterMs: 0 } as const

/** Does something with a reader, and closes it. */
export function reading<Result>(file: string, read: (reader: ReaderDatabase) => Result): Result {
  const reader = new ReaderDatabase(file)
  try {
    return read(reader)
  } finally {
    reader.close()
  }
}

/** Writes the oldest hour that has rows into a file, and lets it count; its rows are still there. */
export function sealOne(bench: WriterBench): SealedHour | null {
  const sealed = compactHour(bench.setup.file, atOnce)
  if (sealed !== null) bench.database.seal(sealed, atOnce.nowMs)
  return sealed
}

/** Moves all rows into files. */
export function sealAll(bench: WriterBench): readonly SealedHour[] {
  const all: SealedHour[] = []
  for (let sealed = sealOne(bench); sealed !== null; sealed = sealOne(bench)) {
    all.push(sealed)
    while (bench.database.clearSealed(0));
  }
  return all
}

/** All that a stranger finds who goes by the views: rows of v_trade and of the files of v_tape, by arrival. */
export function storedFor(
  file: string
): readonly { readonly id: string; readonly arrival: number }[] {
  const database = new Database(file, { readonly: true })
  try {
    const rows = database
      .prepare<[], { id: string; arrival: number }>('SELECT id, arrival FROM v_trade')
      .all()
    const paths = database.prepare<[], string>('SELECT path FROM v_tape').pluck().all()
    const inFiles = paths.flatMap((path) => readTape(pathIn(dirname(file), path)))
    return [...rows, ...inFiles.map(({ id, arrival }) => ({ id: String(id), arrival }))].sort(
      (a, b) => a.arrival - b.arrival
    )
  } finally {
    database.close()
  }
}
