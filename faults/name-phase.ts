import { setTimeout as pause } from 'node:timers/promises'
import { wallMs } from '../bench/wall-clock.ts'
import type { FaultStand } from './stand.ts'
import { readNotes, tellNames, type NameNote, type ToldNames } from './told-names.ts'
import { holdsWithin } from './wait.ts'

/** Starts of probes after all links of a venue were lost at once, ms; from there on one each 5 s. */
const firstProbesMs = [0, 1_000, 3_000, 7_000]
const probeEveryMs = 5_000

/** What came of a while in which names were not what they ought to be. */
export type NamePhase = {
  /** Attempts of a venue's links beyond those that the backoff allows for the while; the worst venue. */
  readonly attemptsOver: number
  readonly attempts: number
  /** Attempts that no lookup went before. */
  readonly unlooked: number
  /** Lookups of the names that are asked for REST. */
  readonly restLookups: number
  /** From the end of the while until every link was live; null: not in time. */
  readonly backMs: number | null
}

/** How many attempts of a venue's links the backoff allows within so many ms of losing all of them. */
export function allowedAttempts(ms: number): number {
  const first = firstProbesMs.filter((startMs) => startMs <= ms).length
  const later = Math.max(0, ms - (firstProbesMs.at(-1) ?? 0))
  return first + Math.floor(later / probeEveryMs)
}

/** Tells names to an engine, ends every link to `venues`, waits, tells the truth again and waits for all links. */
export async function namePhase(
  stand: FaultStand,
  of: {
    readonly venues: readonly string[]
    readonly told: ToldNames
    /** What is told at its end; that all names are well unless said. */
    readonly then?: ToldNames
    readonly forMs: number
    readonly backWithinMs: number
  }
): Promise<NamePhase> {
  const { pid } = stand.engine
  const fromMs = wallMs()
  tellNames(pid, of.told)
  for (const venue of of.venues) await stand.fault({ kind: 'disconnect', venue, how: 'reset' })
  await pause(of.forMs)
  tellNames(pid, of.then ?? {})
  const toMs = wallMs()
  const clearedMs = performance.now()
  const isBack = await holdsWithin(of.backWithinMs, () => stand.engine.isLive)
  const backMs = isBack ? performance.now() - clearedMs : null
  const notes = readNotes(pid).filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
  const attempts = of.venues.map((venue) => count(notes, 'attempt', nameOf(venue)))
  const looked = of.venues.map((venue) => count(notes, 'lookup', nameOf(venue)))
  const allowed = allowedAttempts(toMs - fromMs)
  return {
    attempts: attempts.reduce((sum, each) => sum + each, 0),
    attemptsOver: Math.max(0, ...attempts.map((each) => each - allowed)),
    unlooked: attempts.reduce((sum, each, place) => sum + Math.abs(each - (looked[place] ?? 0)), 0),
    restLookups: of.venues.reduce(
      (sum, venue) => sum + count(notes, 'lookup', restNameOf(venue)),
      0
    ),
    backMs
  }
}

/** The name under which an engine finds a venue's stream. */
export function nameOf(venue: string): string {
  return `${venue}.test`
}

/** The name under which an engine finds a venue's REST. */
export function restNameOf(venue: string): string {
  return `rest.${venue}.test`
}

function count(notes: readonly NameNote[], kind: NameNote['kind'], name: string): number {
  return notes.filter((note) => note.kind === kind && note.name === name).length
}
