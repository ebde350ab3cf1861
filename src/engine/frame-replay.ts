import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReplayRequest } from '../contracts/replay-request.ts'
import type { ReplaySummaryShape } from '../contracts/shapes.ts'
import { parseInterval, type IntervalSpec } from '../core/market/interval.ts'
import { openFrames } from '../recordings/frames.ts'
import type { RecordedFrame } from '../recordings/recorded-frame.ts'
import { RecordingError } from '../recordings/recording-error.ts'
import { venues } from '../venues/registry.ts'
import type { Venue } from '../venues/venue.ts'
import {
  findInstruments,
  venuesNamed,
  type CaptureInstruments
} from './replay/capture-instruments.ts'
import { chooseVenue, findVenueOf } from './replay/capture-venue.ts'
import type { LineOutput } from './replay/line-output.ts'
import { takeOpening, type Opening } from './replay/opening.ts'
import { ReplayError } from './replay/replay-error.ts'
import type { ReplayRun } from './replay/replay-run.ts'
import { summarySentence } from './replay/summary-sentence.ts'
import { ReplayStore } from './replay-store.ts'
import type { ThreadFiles } from './thread-files.ts'

const usualIntervals = ['1s', '1m', '100t']

/** What a replay runs with. */
export type ReplayMeans = {
  readonly output: LineOutput
  readonly threads: ThreadFiles
  /** Ends the replay early; what was played is kept. */
  readonly signal: AbortSignal
}

type Plan = {
  readonly venue: Venue
  readonly instruments: CaptureInstruments
  readonly intervals: readonly IntervalSpec[]
  readonly opening: Opening
  /** What of the capture cannot be read, as it is found. */
  readonly damage: readonly RecordingError[]
}

/**
 * Plays a capture into a database of its own and prints what came of it.
 *
 * @returns The summary, as printed.
 * @throws ReplayError or RecordingError before anything is written, where the arguments are at fault.
 * @throws RecordingError after the summary, where the capture breaks off.
 * @throws StorageError
 */
export async function replayFrames(
  request: ReplayRequest,
  means: ReplayMeans
): Promise<ReplaySummaryShape> {
  const damage: RecordingError[] = []
  const frames = openFrames(request.frames, (error) => damage.push(error))
  try {
    const plan = { ...(await planReplay(request, frames)), damage }
    const folder = request.dataDir ?? (await mkdtemp(join(tmpdir(), 'tapedeck-replay-')))
    try {
      return await playInto(folder, { request, plan, frames, means })
    } finally {
      if (request.dataDir === null) await rm(folder, { recursive: true, force: true })
    }
  } finally {
    await frames.return(undefined)
  }
}

async function planReplay(
  request: ReplayRequest,
  frames: AsyncIterator<RecordedFrame>
): Promise<Omit<Plan, 'damage'>> {
  const intervals = readIntervals(request.intervals ?? usualIntervals)
  const opening = await takeOpening(frames)
  const venue = chooseVenue(venues, {
    asked: request.venue,
    told: opening.venue,
    instruments: venuesNamed(request.instruments ?? []),
    urls: opening.connections.flatMap(({ url }) => url ?? [])
  })
  const instruments = await findInstruments(venue, opening, request.instruments)
  return { venue, instruments, intervals, opening }
}

async function playInto(
  folder: string,
  of: {
    readonly request: ReplayRequest
    readonly plan: Plan
    readonly frames: AsyncIterable<RecordedFrame>
    readonly means: ReplayMeans
  }
): Promise<ReplaySummaryShape> {
  const { plan, request, means } = of
  const { intervals, venue, instruments } = plan
  const isPrinted = request.print === 'ndjson'
  const store = await ReplayStore.open({ folder, intervals, threads: means.threads })
  try {
    const run = store.createRun({
      venue,
      instruments,
      isPlayed: playedAddresses(plan),
      print: (lines) => (isPrinted ? means.output.write(lines) : Promise.resolve())
    })
    const broken = await playAll(run, of)
    const summary: ReplaySummaryShape = {
      type: 'summary',
      mode: 'replay',
      ...(await run.finish()),
      intervals: intervals.map(({ interval }) => interval),
      dataDir: request.dataDir,
      damage: plan.damage.map(({ message }) => message),
      complete: broken === null && plan.damage.length === 0 && !means.signal.aborted
    }
    await means.output.write([isPrinted ? JSON.stringify(summary) : summarySentence(summary)])
    if (broken !== null) throw broken
    return summary
  } finally {
    await store.close()
  }
}

/** @returns Why the capture could not be read to its end; null where it was, or where nobody wants it. */
async function playAll(
  run: ReplayRun,
  {
    plan,
    frames,
    means
  }: {
    readonly plan: Plan
    readonly frames: AsyncIterable<RecordedFrame>
    readonly means: ReplayMeans
  }
): Promise<RecordingError | null> {
  const { connections, omissions, first } = plan.opening
  for (const frame of [...connections, ...omissions, first]) await run.play(frame)
  try {
    for await (const frame of frames) {
      if (means.signal.aborted) return null
      await run.play(frame)
    }
    return null
  } catch (error) {
    if (error instanceof RecordingError) return error
    throw error
  }
}

/** Where no address is the venue's own, as behind a proxy, the user's word counts for all of them. */
function playedAddresses({
  venue,
  opening: { connections }
}: Plan): (url: string | null) => boolean {
  const isVenues = (url: string | null) => url !== null && findVenueOf(url, venues) === venue
  const isTold = connections.some(({ url }) => isVenues(url))
  return (url) => !isTold || url === null || isVenues(url)
}

function readIntervals(texts: readonly string[]): readonly IntervalSpec[] {
  const specs = new Map<string, IntervalSpec>()
  for (const text of texts) {
    const spec = parseInterval(text)
    if (spec === null) throw badInterval(`${JSON.stringify(text)} is no interval`)
    specs.set(text, spec)
  }
  if (specs.size === 0) throw badInterval('no interval in it')
  return [...specs.values()]
}

function badInterval(problem: string): ReplayError {
  return new ReplayError('replay-bad-interval', `--intervals: ${problem}; such as 1s, 1m, 1h, 100t`)
}
