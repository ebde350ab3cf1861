import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ImportRequest } from '../contracts/import-request.ts'
import { splitInstrumentId, type InstrumentId } from '../core/market/instrument.ts'
import { parseInterval, timeIntervals, type IntervalSpec } from '../core/market/interval.ts'
import { findVenue, venues } from '../venues/registry.ts'
import type { Venue } from '../venues/venue.ts'
import { parseInstruments } from '../core/market/instrument-list.ts'
import type { ImportTarget } from './import-store.ts'
import { instrumentFile } from './instrument-file.ts'
import { ImportError } from './replay/import-error.ts'
import { intervalSpec } from './storage/candle-record.ts'
import { SnapshotReader } from './storage/snapshot-reader.ts'
import type { InstrumentRegistration, StoreMode } from './storage/store.ts'

/** What the arguments of an import say. */
export type AskedImport = {
  readonly id: InstrumentId
  readonly venue: Venue
  /** Of the candles to make; at least one, without repeats. */
  readonly intervals: readonly IntervalSpec[]
}

/** Reads the arguments of an import. @throws ImportError naming the one at fault. */
export function readImport(request: ImportRequest): AskedImport {
  return {
    ...readInstrument(request.instrument),
    intervals: readIntervals(request.intervals)
  }
}

/**
 * Finds out what an import writes into, as the data folder is now.
 *
 * @throws ImportError where folder or venue cannot take it; StorageError
 */
export async function planImport(
  dataDir: string,
  of: AskedImport & {
    /** What the file says it is; null where it does not. */
    readonly mode: StoreMode | null
    readonly nowMs: number
  }
): Promise<ImportTarget> {
  const { id, venue, intervals, mode, nowMs } = of
  const snapshot = openStored(dataDir)
  try {
    const stored = snapshot?.find(id) ?? null
    // Candles that are stored must count what comes in between, asked for or not.
    const known = stored === null ? [] : (snapshot?.storedIntervals(stored) ?? [])
    return {
      folder: dataDir,
      mode: chooseMode(mode, snapshot),
      registration: await registrationOf(dataDir, { id, venue, snapshot }),
      intervals: distinct([...intervals, ...known.map(intervalSpec)]),
      nowMs
    }
  } finally {
    snapshot?.close()
  }
}

function readInstrument(text: string): { readonly id: InstrumentId; readonly venue: Venue } {
  const known = venues.map((venue) => venue.id).join(', ')
  if (!isId(text))
    throw new ImportError(
      'import-unknown-instrument',
      `--instrument: expected venue:SYMBOL such as eodhd:SPY, received ${JSON.stringify(text)}`
    )
  const venue = findVenue(splitInstrumentId(text).venue)
  if (venue !== null) return { id: text, venue }
  throw new ImportError(
    'import-unknown-venue',
    `--instrument: no venue ${JSON.stringify(splitInstrumentId(text).venue)}; known are ${known}`
  )
}

function readIntervals(texts: readonly string[] | null): readonly IntervalSpec[] {
  const specs = (texts ?? [...timeIntervals, '100t']).map((text) => {
    const spec = parseInterval(text)
    if (spec !== null) return spec
    throw new ImportError(
      'import-bad-interval',
      `--intervals: ${JSON.stringify(text)} is no interval; such as 1s, 1m, 1h, 100t`
    )
  })
  if (specs.length > 0) return distinct(specs)
  throw new ImportError('import-bad-interval', '--intervals: no interval in it')
}

function openStored(dataDir: string): SnapshotReader | null {
  const file = join(dataDir, 'tapedeck.db')
  return existsSync(file) ? new SnapshotReader(file) : null
}

async function registrationOf(
  dataDir: string,
  of: {
    readonly id: InstrumentId
    readonly venue: Venue
    readonly snapshot: SnapshotReader | null
  }
): Promise<InstrumentRegistration> {
  const { id, venue, snapshot } = of
  const { tradeIds, graceMs } = venue
  const stored = snapshot?.find(id) ?? null
  if (stored !== null && snapshot !== null) return { ...snapshot.record(stored), tradeIds, graceMs }
  const list = await instrumentFile(dataDir, venue.id)
    .load()
    .catch(() => null)
  const cached = parseInstruments(list, venue.id)
  const { symbol } = splitInstrumentId(id)
  const instrument =
    cached?.find((listed) => listed.id === id) ?? venue.assumeInstrument?.(symbol) ?? null
  if (instrument?.id !== id)
    throw new ImportError(
      'import-unknown-instrument',
      `--instrument: how ${venue.name} spells ${JSON.stringify(symbol)} is not known`
    )
  const session = instrument.calendar === null ? null : 'regular'
  return { instrument, tradeIds, graceMs, session }
}

/** What a file says of itself rules; one that says nothing is as a tape from elsewhere. */
function chooseMode(told: StoreMode | null, snapshot: SnapshotReader | null): StoreMode {
  if (snapshot === null) return told ?? 'replay'
  if (told === null || told === snapshot.mode) return snapshot.mode
  throw new ImportError(
    'import-other-mode',
    `--data-dir: it holds ${snapshot.mode} data and cannot take ${told} data; use another folder`
  )
}

function distinct(specs: readonly IntervalSpec[]): readonly IntervalSpec[] {
  return [...new Map(specs.map((spec) => [spec.interval, spec])).values()]
}

function isId(text: string): text is InstrumentId {
  return /^[^:]+:.+$/.test(text)
}
