import { setTimeout as sleep } from 'node:timers/promises'
import type { TapeReplaySummaryShape } from '../contracts/shapes.ts'
import type { TapeReplayRequest } from '../contracts/tape-replay-request.ts'
import { splitInstrumentId } from '../core/market/instrument.ts'
import type { LineOutput } from './replay/line-output.ts'
import { ReplayLines } from './replay/replay-lines.ts'
import { playPaced } from './replay/replay-pace.ts'
import { TapeReplay } from './replay/tape-replay.ts'
import type { TapeRange } from './replay/tape-source.ts'
import type { SnapshotReader } from './storage/snapshot-reader.ts'
import type { StoredInstrument } from './storage/stored-instruments.ts'
import { StoredTape } from './stored-tape.ts'
import { findPlayed, openSnapshot, readIntervals, readRange } from './tape-replay-plan.ts'

/** What a replay runs with. */
export type StoredReplayMeans = {
  readonly output: LineOutput
  /** Ends the replay early. */
  readonly signal: AbortSignal
}

/**
 * Plays a stored stretch, in one state of the store, beside an engine that may be writing it, and prints
 * what is played.
 *
 * @returns The summary, as printed.
 * @throws ReplayError before anything is printed, where the arguments are at fault; StorageError.
 */
export async function replayStored(
  request: TapeReplayRequest,
  { output, signal }: StoredReplayMeans
): Promise<TapeReplaySummaryShape> {
  const range = readRange(request)
  const intervals = readIntervals(request.intervals)
  const snapshot = openSnapshot(request.dataDir)
  try {
    const played = findPlayed(snapshot, request.instruments)
    const source = new StoredTape(snapshot, played, intervals)
    try {
      const { view, print, speed } = request
      const listener = new ReplayLines(print !== null)
      const replay = new TapeReplay({ source, intervals, range, view, listener })
      await playPaced(replay, {
        speed,
        fromMs: range.fromMs,
        nowMs: () => performance.now(),
        sleep: (ms) => sleep(ms),
        handOn: () => handOn(listener, output),
        signal
      })
      if (replay.cursor.isOver) listener.candles(replay.openCandles())
      const damage = [...source.takeDamage()]
      const forgotten = forgottenOf(snapshot, played, boundedBy(range, listener.times))
      const summary: TapeReplaySummaryShape = {
        type: 'summary',
        mode: snapshot.mode,
        view,
        instruments: played.map(({ id }) => id),
        intervals: intervals.map(({ interval }) => interval),
        trades: replay.cursor.trades,
        candles: listener.candleLines,
        fromMs: listener.times?.fromMs ?? null,
        toMs: listener.times?.toMs ?? null,
        damage,
        forgotten,
        complete: replay.cursor.isOver && damage.length === 0 && forgotten.length === 0
      }
      await output.write([...listener.take(), JSON.stringify(summary)])
      return summary
    } finally {
      source.close()
    }
  } finally {
    snapshot.close()
  }
}

/** Of a range without a bound, as far as trades were played. */
function boundedBy(range: TapeRange, times: TapeRange | null): TapeRange {
  return {
    fromMs: Number.isFinite(range.fromMs) ? range.fromMs : (times?.fromMs ?? Infinity),
    toMs: Number.isFinite(range.toMs) ? range.toMs : (times?.toMs ?? -Infinity)
  }
}

/** What retention deleted of a range, told once for each venue. */
function forgottenOf(
  snapshot: SnapshotReader,
  played: readonly StoredInstrument[],
  range: TapeRange
): TapeReplaySummaryShape['forgotten'] {
  const venues = new Map(played.map((of) => [splitInstrumentId(of.id).venue, of]))
  return [...venues].flatMap(([venue, of]) =>
    snapshot.forgottenTrades(of, range).map((stretch) => ({ venue, ...stretch }))
  )
}

/** Gives signals a turn too, however willing the reader is. */
async function handOn(lines: ReplayLines, output: LineOutput): Promise<void> {
  await output.write(lines.take())
  await new Promise((resolve) => setImmediate(resolve))
}
