import type { SealRule } from './due-hours.ts'
import { DueHours } from './due-hours.ts'
import { HourCompaction } from './hour-compaction.ts'
import { openForReading } from './open-database.ts'
import type { SealedHour } from './sealed-hour.ts'
import { storageFailure } from './sqlite-failure.ts'

/**
 * Writes the oldest hour of a database that is due into a file, in its place; its rows stay until the
 * writer seals it.
 *
 * @returns Null when none is due, but for hours that wait for a damaged file to be put back.
 * @throws StorageError when the database cannot be read, or the file not be written or read back.
 */
export function compactHour(file: string, rule: SealRule): SealedHour | null {
  const database = openForReading(file)
  try {
    // One state of the store: what is stored meanwhile lies in no file.
    const compact = database.transaction(() => {
      const compaction = new HourCompaction(database)
      for (const due of new DueHours(database).due(rule)) {
        const sealed = compaction.write(due)
        if (sealed !== null) return sealed
      }
      return null
    })
    return compact.deferred()
  } catch (thrown) {
    throw storageFailure(thrown, file)
  } finally {
    database.close()
  }
}
