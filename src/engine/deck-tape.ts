import type { DeckCommand } from '../contracts/deck.ts'
import type { InstrumentRow } from '../contracts/state-rows.ts'
import { parseInterval, type Interval, type IntervalSpec } from '../core/market/interval.ts'
import { maxPlayedInstruments } from '../contracts/deck.ts'
import { ReplayError } from './replay/replay-error.ts'
import { TapeCursor, type TapePlace } from './replay/tape-cursor.ts'
import type { TapeRange } from './replay/tape-source.ts'
import type { SnapshotReader } from './storage/snapshot-reader.ts'
import type { StoredInstrument } from './storage/stored-instruments.ts'
import { StoredTape } from './stored-tape.ts'
import { findPlayed, openSnapshot, readRange } from './tape-replay-plan.ts'

/** Built where nobody watches anything yet. */
const usualInterval = '1m'

/** Where a day was played before, so many trades are played again at most. */
const usualTradesPerCheckpoint = 50_000

/** A series that somebody wants to see. */
export type WantedSeries = { readonly instrument: string; readonly interval: Interval }

/** Where decks play from. `tradesPerCheckpoint` is left to the deck but in tests. */
export type DeckStore = { readonly dataDir: string; readonly tradesPerCheckpoint?: number }

export type LoadCommand = Extract<DeckCommand, { readonly name: 'load' }>

/** A stretch of a store in a deck: one state of the store, and a cursor on it. */
export class DeckTape {
  readonly snapshot: SnapshotReader
  readonly view: LoadCommand['view']
  readonly range: TapeRange
  readonly #loaded: readonly StoredInstrument[]
  readonly #tradesPerCheckpoint: number
  readonly #damage = new Set<string>()
  #played: readonly StoredInstrument[]
  #intervals: readonly IntervalSpec[]
  #source: StoredTape
  /** The same tape, played ahead; null until it is. */
  #ahead: StoredTape | null = null
  #cursor: TapeCursor

  /** @throws ReplayError where the command is at fault; StorageError. */
  constructor(
    { dataDir, tradesPerCheckpoint }: DeckStore,
    command: LoadCommand,
    wanted: readonly WantedSeries[]
  ) {
    this.#tradesPerCheckpoint = tradesPerCheckpoint ?? usualTradesPerCheckpoint
    const asked = readRange(command)
    this.snapshot = openSnapshot(dataDir)
    try {
      this.view = command.view
      this.#loaded = findPlayed(this.snapshot, command.instruments)
      if (this.#loaded.length > maxPlayedInstruments)
        throw new ReplayError(
          'replay-unknown-instrument',
          `at most ${maxPlayedInstruments} instruments are played at once, received ${this.#loaded.length}`
        )
      this.range = extentOf(this.snapshot, this.#loaded, asked)
      this.#played = this.#playedWith(wanted)
      this.#intervals = intervalsOf(wanted)
      this.#source = new StoredTape(this.snapshot, this.#played, this.#intervals)
      this.#cursor = this.#openCursor()
    } catch (error) {
      this.snapshot.close()
      throw error
    }
  }

  get cursor(): TapeCursor {
    return this.#cursor
  }

  get source(): StoredTape {
    return this.#source
  }

  get played(): readonly StoredInstrument[] {
    return this.#played
  }

  get intervals(): readonly IntervalSpec[] {
    return this.#intervals
  }

  /**
   * Sees to it that all wanted series are built.
   *
   * @returns true when the day begins anew for it: the cursor is on its way back to its place.
   */
  build(wanted: readonly WantedSeries[]): boolean {
    const built = new Set(this.#intervals.map(({ interval }) => interval))
    const played = new Set(this.#played.map(({ id }) => id))
    const [nextPlayed, nextIntervals] = [this.#playedWith(wanted), intervalsOf(wanted)]
    const isBuilt =
      nextPlayed.every(({ id }) => played.has(id)) &&
      nextIntervals.every(({ interval }) => built.has(interval))
    if (isBuilt) return false
    this.#noteDamage()
    this.#source.close()
    this.#ahead?.close()
    this.#ahead = null
    const { atMs, place } = this.#cursor
    // Among the trades of more instruments, a place that counts them is another one.
    const isSamePlay =
      nextPlayed.length === played.size && nextPlayed.every(({ id }) => played.has(id))
    const isMoment = place.place.to === 'moment'
    const moment = { dayMs: place.dayMs, place: { to: 'moment', atMs } } as const
    this.#played = nextPlayed
    this.#intervals = nextIntervals
    this.#source = new StoredTape(this.snapshot, nextPlayed, nextIntervals)
    this.#cursor = this.#openCursor(isSamePlay || isMoment ? place : moment)
    return true
  }

  /** All stored instruments. */
  instrumentRows(): readonly InstrumentRow[] {
    return this.snapshot.instruments().flatMap((stored) => {
      const of = this.snapshot.find(stored)
      if (of === null) return []
      const { id, venue, symbol, base, quote, tickSize, lotSize, calendar } =
        this.snapshot.record(of).instrument
      const connection = null
      return { id, venue, symbol, base, quote, tickSize, lotSize, calendar, connection }
    })
  }

  /** Files that could not be read so far, in words. */
  damage(): readonly string[] {
    this.#noteDamage()
    return [...this.#damage]
  }

  close(): void {
    this.#source.close()
    this.#ahead?.close()
    this.snapshot.close()
  }

  #noteDamage(): void {
    for (const words of [...this.#source.takeDamage(), ...this.snapshot.takeDamage()])
      this.#damage.add(words)
  }

  #openCursor(at?: TapePlace): TapeCursor {
    const { view, range } = this
    const [source, intervals] = [this.#source, this.#intervals]
    const tradesPerCheckpoint = this.#tradesPerCheckpoint
    const openAhead = () => {
      this.#ahead = new StoredTape(this.snapshot, this.#played, intervals)
      return this.#ahead
    }
    const how = { source, intervals, view, range, tradesPerCheckpoint, openAhead }
    return new TapeCursor(how, at)
  }

  /** The loaded ones, and others that are wanted as far as there is room. */
  #playedWith(wanted: readonly WantedSeries[]): readonly StoredInstrument[] {
    const played = new Map(this.#loaded.map((of) => [of.id, of]))
    const stored = new Set(this.snapshot.instruments())
    for (const id of stored) {
      if (played.size >= maxPlayedInstruments) break
      const isWanted = !played.has(id) && wanted.some(({ instrument }) => instrument === id)
      const of = isWanted ? this.snapshot.find(id) : null
      if (of !== null) played.set(id, of)
    }
    return [...played.values()]
  }
}

function intervalsOf(wanted: readonly WantedSeries[]): readonly IntervalSpec[] {
  const texts = new Set([usualInterval, ...wanted.map(({ interval }) => interval)])
  return [...texts].flatMap((text) => parseInterval(text) ?? [])
}

/** Where trades of any of the instruments lie within a range. @throws ReplayError where none do. */
function extentOf(
  snapshot: SnapshotReader,
  instruments: readonly StoredInstrument[],
  asked: TapeRange
): TapeRange {
  const found = instruments.flatMap((of) => snapshot.extentOfTrades(of, asked) ?? [])
  if (found.length > 0)
    return {
      fromMs: Math.min(...found.map(({ fromMs }) => fromMs)),
      toMs: Math.max(...found.map(({ toMs }) => toMs))
    }
  const ids = instruments.map(({ id }) => id).join(', ')
  throw new ReplayError('replay-no-data', `no trades of ${ids} are stored in this range`)
}
