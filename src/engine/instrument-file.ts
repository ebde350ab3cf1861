import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instrument, VenueId } from '../core/market/instrument.ts'
import type { InstrumentCache } from './collector/instrument-cache.ts'

/** Keeps a venue's instrument list as `instruments-VENUE.json` in the data folder. */
export function instrumentFile(folder: string, venue: VenueId): InstrumentCache {
  const file = join(folder, `instruments-${venue}.json`)
  return {
    async load() {
      try {
        return JSON.parse(await readFile(file, 'utf8')) as unknown
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
    async save(instruments: readonly Instrument[]) {
      // Written aside and renamed: a crash leaves the old list or the new one, never half of one.
      const temporary = `${file}.new`
      await writeFile(temporary, JSON.stringify(instruments))
      await rename(temporary, file)
    }
  }
}
