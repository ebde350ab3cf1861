/**
 * A deck's states. `empty`: nothing is loaded. `paused`, `playing`, `ended`: the cursor stands at a place,
 * moves with time, or stands at the range's end. `seeking`: it is on its way to a place that a command
 * named, and goes on afterwards as before. `failed`: the store could not be read; a load begins anew.
 */
import type { DeckCommand, DeckRow, DeckSpeed } from '../contracts/deck.ts'
import type { StatePublisher } from '../contracts/state-publisher.ts'
import type { Query, QueryResult, StreamError } from '../contracts/state-stream.ts'
import { assertNever } from '../core/invariant.ts'
import { parseInterval } from '../core/market/interval.ts'
import { DeckQueries, type ClosedOf } from './deck-queries.ts'
import { DeckRows } from './deck-rows.ts'
import { DeckTape, type DeckStore, type LoadCommand, type WantedSeries } from './deck-tape.ts'
import { PaceMeter } from './pace-meter.ts'
import type { PlayedDay } from './replay/played-day.ts'
import { ReplayError } from './replay/replay-error.ts'
import type { StepUnit } from './replay/tape-cursor.ts'
import { StorageError } from './storage/storage-error.ts'

/** A paced tape goes on so often, ms. */
const paceMs = 50
/** A turn takes no longer: commands are heard between turns. */
const turnMs = 20
/** Between two turns in which a deck at rest plays ahead: it leaves half of a processor to others. */
const restMs = 20
/** Trades played between two looks at the clock. */
const tradesPerLook = 2_000
/** Steps that wait for others to be carried out. */
const mostSteps = 100
/** A query waits so long for the cursor to arrive. */
const arrivalMs = 2_000

type StepCommand = Extract<DeckCommand, { readonly name: 'step' }>
type Span = NonNullable<DeckRow['loop']>
/** `quiet`: the day begins anew for a series that was not built; nothing of it is shown. */
type Journey = { readonly kind: 'seek' | 'quiet'; readonly day: PlayedDay; turns: number }

export type DeckOptions = DeckStore & {
  readonly closedOf: ClosedOf
  readonly publisher: StatePublisher
  /** Monotonic clock, ms. */
  readonly nowMs: () => number
}

/** Plays a stretch of a store to one client, in turns that its owner gives it. */
export class Deck {
  readonly #options: DeckOptions
  readonly #rows: DeckRows
  readonly #pace = new PaceMeter()
  #tape: DeckTape | null = null
  #queries: DeckQueries | null = null
  #wanted: readonly WantedSeries[] = []
  #journey: Journey | null = null
  #arrival = Promise.withResolvers<undefined>()
  #steps: StepCommand[] = []
  #isPlaying = false
  #hasFailed = false
  #problem: string | null = null
  #speed: DeckSpeed = 1
  #loop: Span | null = null
  /** Where and when playing began, or fell behind: time that passed before is not made up for. */
  #origin: { readonly tapeMs: number; readonly realMs: number } | null = null
  /** What clients hold is of another day, or lacks candles: they are to read anew. */
  #isOutdated = false
  #shownAtMs: number | null = null

  constructor(options: DeckOptions) {
    this.#options = options
    this.#rows = new DeckRows(options.publisher)
  }

  /** Carries out a command, or begins to; what cannot be done is told in the deck's row. */
  command(command: DeckCommand): void {
    this.#attempt(() => {
      this.#problem = null
      switch (command.name) {
        case 'load':
          this.#load(command)
          return
        case 'play':
          this.#play()
          return
        case 'pause':
          this.#pause()
          return
        case 'speed':
          this.#speed = command.speed
          this.#origin = null
          return
        case 'step':
          this.#addStep(command)
          return
        case 'seek':
          this.#seek(command.atMs)
          return
        case 'loop':
          this.#setLoop(command.span)
          return
        default:
          assertNever(command)
      }
    })
  }

  /** Builds what is watched; the day begins anew where that was not built, up to the cursor. */
  watch(wanted: readonly WantedSeries[]): void {
    this.#wanted = wanted
    const tape = this.#tape
    if (tape === null) return
    this.#attempt(() => {
      const { day, atMs } = tape.cursor
      if (!tape.build(wanted)) return
      if (this.#journey === null) this.#shownAtMs = atMs
      this.#queries = new DeckQueries(tape, this.#options.closedOf)
      if (this.#journey === null) this.#depart('quiet', day)
    })
  }

  /** Answers up to the cursor; while it is on its way, an answer waits for it, two seconds at most. */
  async answer(query: Query): Promise<QueryResult | StreamError> {
    if (this.#journey !== null) {
      const late = Promise.withResolvers<undefined>()
      const timer = setTimeout(() => late.resolve(undefined), arrivalMs)
      await Promise.race([this.#arrival.promise, late.promise])
      clearTimeout(timer)
    }
    if (this.#queries === null) return { code: 'unavailable', message: 'nothing is loaded' }
    return this.#queries.answer(query)
  }

  /** Plays for some milliseconds. @returns When the next turn is due, ms from now; null when a command comes first. */
  turn(): number | null {
    let next: number | null = null
    this.#attempt(() => {
      const tape = this.#tape
      if (tape === null) return
      next = this.#journey === null ? this.#playOn(tape) : this.#travel(tape, this.#journey)
    })
    return next
  }

  /** Puts what changed into the tables. */
  publish(): void {
    const { publisher } = this.#options
    const tape = this.#tape
    if (tape !== null && this.#journey === null) {
      if (this.#isOutdated) {
        tape.cursor.day.replay.takeChangedCandles()
        publisher.shed()
      }
      this.#isOutdated = false
      this.#shownAtMs = tape.cursor.atMs
      for (const { id } of tape.played) this.#rows.putInstrument(tape.cursor, id)
    }
    if (tape !== null && this.#journey?.kind === 'seek') this.#shownAtMs = tape.cursor.atMs
    this.#rows.putDeck(this.#row())
  }

  close(): void {
    this.#tape?.close()
    this.#tape = null
  }

  #load(command: LoadCommand): void {
    const tape = openTape(this.#options, command, this.#wanted)
    this.close()
    const { publisher } = this.#options
    const run = publisher.find('run', 'run')
    publisher.clear()
    if (run !== null) publisher.put('run', run)
    for (const row of tape.instrumentRows()) publisher.put('instruments', row)
    this.#tape = tape
    this.#queries = new DeckQueries(tape, this.#options.closedOf)
    this.#steps = []
    this.#loop = null
    this.#isPlaying = false
    this.#hasFailed = false
    this.#shownAtMs = null
    this.#journey = null
    this.#arrival.resolve(undefined)
    const { day } = tape.cursor
    tape.cursor.goTo(command.atMs ?? tape.range.fromMs)
    this.#depart('seek', day)
  }

  #play(): void {
    const tape = this.#loaded()
    if (tape.cursor.isOver && this.#loop === null && this.#journey === null)
      throw new ReplayError('replay-bad-range', 'the range is played: go back to play it again')
    this.#isPlaying = true
    this.#origin = null
  }

  #pause(): void {
    const tape = this.#loaded()
    this.#isPlaying = false
    this.#pace.reset()
    if (this.#journey === null) tape.cursor.halt()
  }

  #seek(atMs: number): void {
    const { cursor } = this.#loaded()
    const { day } = cursor
    this.#steps = []
    cursor.goTo(atMs)
    this.#depart('seek', this.#journey?.day ?? day)
  }

  #addStep(step: StepCommand): void {
    this.#loaded()
    unitOf(step.by)
    if (this.#steps.length >= mostSteps)
      throw new ReplayError('replay-bad-range', 'too many steps are waiting already')
    this.#pause()
    this.#steps.push(step)
  }

  #setLoop(span: Span | null): void {
    const { range } = this.#loaded()
    if (span === null) {
      this.#loop = null
      return
    }
    const fromMs = Math.max(span.fromMs, range.fromMs)
    const toMs = Math.min(span.toMs, range.toMs)
    if (!(fromMs < toMs))
      throw new ReplayError('replay-bad-range', 'the loop ends before it begins within the range')
    this.#loop = { fromMs, toMs }
  }

  #loaded(): DeckTape {
    if (this.#tape !== null) return this.#tape
    throw new ReplayError('replay-no-data', 'nothing is loaded')
  }

  /** @param day The one that is shown, before the journey. */
  #depart(kind: Journey['kind'], day: PlayedDay): Journey {
    if (this.#journey === null) this.#arrival = Promise.withResolvers()
    const journey = { kind: this.#journey?.kind === 'seek' ? 'seek' : kind, day, turns: 0 }
    this.#journey = journey
    this.#pace.reset()
    return journey
  }

  #travel(tape: DeckTape, journey: Journey): number {
    const isThere = this.#advance(tape)
    journey.turns += 1
    const isOtherDay = tape.cursor.day !== journey.day
    if (isOtherDay || journey.turns > 1) {
      tape.cursor.day.replay.takeChangedCandles()
      this.#isOutdated = true
    }
    if (!isThere) return 0
    this.#journey = null
    this.#origin = null
    this.#arrival.resolve(undefined)
    this.#tellChanged(tape)
    return 0
  }

  #playOn(tape: DeckTape): number | null {
    const step = this.#steps.shift()
    if (step !== undefined) {
      const { day } = tape.cursor
      tape.cursor.step(unitOf(step.by), step.count)
      return this.#travel(tape, this.#depart('seek', day))
    }
    if (!this.#isPlaying) return this.#prepare(tape, turnMs) ? restMs : null
    const { cursor, range } = tape
    const limitMs = this.#loop?.toMs ?? range.toMs
    if (cursor.atMs >= limitMs && !cursor.isMoving) {
      if (this.#loop === null) this.#isPlaying = false
      else this.#seek(this.#loop.fromMs)
      return 0
    }
    const { day } = cursor
    cursor.follow(Math.min(this.#dueMs(cursor.atMs), limitMs))
    const isThere = this.#advance(tape)
    if (cursor.day !== day) this.#isOutdated = true
    this.#tellChanged(tape)
    if (!isThere) this.#origin = null
    const isPaced = isThere && cursor.atMs < limitMs && this.#speed !== 'max'
    if (isPaced) this.#prepare(tape, turnMs / 2)
    return isPaced ? paceMs : 0
  }

  #dueMs(atMs: number): number {
    if (this.#speed === 'max') return Infinity
    const realMs = this.#options.nowMs()
    this.#origin ??= { tapeMs: atMs, realMs }
    return this.#origin.tapeMs + (realMs - this.#origin.realMs) * this.#speed
  }

  /** Goes on for a turn. @returns true when the cursor is there. */
  #advance({ cursor }: DeckTape): boolean {
    const untilMs = this.#options.nowMs() + turnMs
    while (cursor.advance(tradesPerLook)) if (this.#options.nowMs() >= untilMs) return false
    return true
  }

  /** Plays the day ahead for a while, so that any place of it is near. @returns false when all of it is known. */
  #prepare({ cursor }: DeckTape, ms: number): boolean {
    const untilMs = this.#options.nowMs() + ms
    while (cursor.prepare(tradesPerLook)) if (this.#options.nowMs() >= untilMs) return true
    return false
  }

  #tellChanged({ cursor }: DeckTape): void {
    const { publisher } = this.#options
    for (const candle of cursor.day.replay.takeChangedCandles()) publisher.candle(candle)
  }

  /** A command that cannot be carried out changes nothing; a store that cannot be read ends what is played. */
  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (error instanceof ReplayError) this.#problem = sentenceOf(error.message)
      else if (error instanceof StorageError) this.#fail(error)
      else throw error
    }
  }

  #fail(error: StorageError): void {
    this.#problem = sentenceOf(error.message)
    this.#hasFailed = true
    this.#isPlaying = false
    this.#journey = null
    this.#steps = []
    this.#shownAtMs = null
    this.#arrival.resolve(undefined)
    this.close()
    this.#queries = null
  }

  #row(): DeckRow {
    const tape = this.#tape
    const state = this.#stateOf(tape)
    const isMoving = state === 'playing' && this.#journey === null
    return {
      id: 'deck',
      state,
      problem: this.#problem,
      atMs: tape === null ? null : (this.#shownAtMs ?? tape.cursor.atMs),
      instruments: tape?.played.map(({ id }) => id) ?? [],
      view: tape?.view ?? 'then',
      recorded: recordedOf(tape),
      range: tape?.range ?? null,
      speed: this.#speed,
      pace:
        isMoving && tape !== null ? this.#pace.read(this.#options.nowMs(), tape.cursor.atMs) : null,
      loop: this.#loop,
      trades: tape?.cursor.day.trades ?? 0,
      damage: tape?.damage() ?? []
    }
  }

  #stateOf(tape: DeckTape | null): DeckRow['state'] {
    if (tape === null) return this.#hasFailed ? 'failed' : 'empty'
    if (this.#journey?.kind === 'seek') return 'seeking'
    if (this.#isPlaying) return 'playing'
    return tape.cursor.isOver && this.#journey === null ? 'ended' : 'paused'
  }
}

/** Captured frames that were stored are of a live venue. */
function recordedOf(tape: DeckTape | null): DeckRow['recorded'] {
  if (tape === null) return null
  return tape.snapshot.mode === 'simulated' ? 'simulated' : 'live'
}

/** @throws ReplayError, where nothing can be read too: then what is loaded stays. */
function openTape(
  store: DeckStore,
  command: LoadCommand,
  wanted: readonly WantedSeries[]
): DeckTape {
  try {
    return new DeckTape(store, command, wanted)
  } catch (error) {
    if (error instanceof StorageError) throw new ReplayError('replay-no-data', error.message)
    throw error
  }
}

/** @throws ReplayError */
function unitOf(by: string): StepUnit {
  if (by === 'trade') return { kind: 'trade' }
  const spec = parseInterval(by)
  if (spec !== null) return spec
  throw new ReplayError('replay-bad-interval', `${JSON.stringify(by)} is no interval`)
}

/** Messages of the command line name their option first. */
function sentenceOf(message: string): string {
  const words = message.replace(/^--[a-z-]+: /, '')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
