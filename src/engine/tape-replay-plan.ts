import { join } from 'node:path'
import type { TapeReplayRequest } from '../contracts/tape-replay-request.ts'
import { splitInstrumentId } from '../core/market/instrument.ts'
import { parseInterval, type IntervalSpec } from '../core/market/interval.ts'
import { nameDistance, nearestOf, withHint } from '../core/market/near-names.ts'
import { ReplayError } from './replay/replay-error.ts'
import type { TapeRange } from './replay/tape-source.ts'
import { SnapshotReader } from './storage/snapshot-reader.ts'
import { StorageError } from './storage/storage-error.ts'
import type { StoredInstrument } from './storage/stored-instruments.ts'

const usualIntervals = ['1s', '1m', '100t']

/** Opens one state of a store, beside an engine that may be writing it. @throws ReplayError, StorageError */
export function openSnapshot(dataDir: string): SnapshotReader {
  try {
    return new SnapshotReader(join(dataDir, 'tapedeck.db'))
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'storage-folder') throw error
    throw new ReplayError('replay-no-data', `--data-dir: ${error.message}`)
  }
}

/** Reads the range of a request. @throws ReplayError */
export function readRange({ fromMs, toMs }: Pick<TapeReplayRequest, 'fromMs' | 'toMs'>): TapeRange {
  const range = { fromMs: fromMs ?? -Infinity, toMs: toMs ?? Infinity }
  if (range.fromMs < range.toMs) return range
  throw new ReplayError(
    'replay-bad-range',
    `--from: ${momentOf(range.fromMs)} is not before --to ${momentOf(range.toMs)}`
  )
}

/** Reads the intervals of a request, each once. @throws ReplayError */
export function readIntervals(asked: readonly string[] | null): readonly IntervalSpec[] {
  const specs = new Map<string, IntervalSpec>()
  for (const text of asked ?? usualIntervals) {
    const spec = parseInterval(text)
    if (spec === null) throw badInterval(`${JSON.stringify(text)} is no interval`)
    specs.set(text, spec)
  }
  if (specs.size === 0) throw badInterval('no interval in it')
  return [...specs.values()]
}

/**
 * Finds the stored instruments that ids or symbols name; a symbol names those of all venues. Null: all.
 *
 * @returns Without repeats, by id.
 * @throws ReplayError naming what is near.
 */
export function findPlayed(
  snapshot: SnapshotReader,
  asked: readonly string[] | null
): readonly StoredInstrument[] {
  const stored = snapshot.instruments()
  if (stored.length === 0)
    throw new ReplayError('replay-no-data', '--data-dir: nothing is stored there')
  if (asked?.length === 0)
    throw new ReplayError('replay-unknown-instrument', '--instruments: no instrument in it')
  const ids = new Set(
    asked?.flatMap((text) => {
      const named = stored.filter((id) => isNamed(id, text))
      if (named.length > 0) return named
      throw unknown(text, stored)
    }) ?? stored
  )
  return stored.filter((id) => ids.has(id)).flatMap((id) => snapshot.find(id) ?? [])
}

function isNamed(id: StoredInstrument['id'], text: string): boolean {
  const { venue, symbol } = splitInstrumentId(id)
  const upper = text.toUpperCase()
  return (
    id === text || symbol.toUpperCase() === upper || `${venue}:${symbol}`.toUpperCase() === upper
  )
}

function unknown(text: string, stored: readonly StoredInstrument['id'][]): ReplayError {
  const near = nearestOf(
    stored.map((id) => {
      const bySymbol = nameDistance(text, splitInstrumentId(id).symbol)
      return { name: id, distance: Math.min(nameDistance(text, id), bySymbol) }
    })
  )
  const problem = `--instruments: nothing is stored of ${JSON.stringify(text)}`
  return new ReplayError('replay-unknown-instrument', withHint(problem, near))
}

function badInterval(problem: string): ReplayError {
  return new ReplayError('replay-bad-interval', `--intervals: ${problem}; such as 1s, 1m, 1h, 100t`)
}

function momentOf(atMs: number): string {
  return Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : String(atMs)
}
