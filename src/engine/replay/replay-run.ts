import type { ReplaySummaryShape } from '../../contracts/shapes.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { MarketEvent } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { LedgerChanges } from '../../core/market/ledger/ledger-changes.ts'
import type { RebuildRequest, RebuildResult } from '../../core/market/rebuild.ts'
import type { Pipeline } from '../../core/pipeline/pipeline.ts'
import type { RecordedFrame } from '../../recordings/recorded-frame.ts'
import type { FrameParser, Venue } from '../../venues/venue.ts'
import type { ChangeSource, StoreWriter } from '../storage/store.ts'
import { CandleLines } from './candle-lines.ts'
import { readInstruments, type CaptureInstruments } from './capture-instruments.ts'
import { FrameCounts } from './frame-counts.ts'

/** How often candles are finalised and told, ms of the tape. */
const stepMs = 1_000
/** Rebuilds can call for more rebuilds, when trades came meanwhile; at the end none come. */
const mostSettlings = 16

/** What a replay is made of. */
export type ReplayParts = {
  readonly venue: Venue
  readonly instruments: CaptureInstruments
  readonly pipeline: Pipeline
  readonly writer: StoreWriter
  /** Whether the connection at an address belongs to the venue; null: the capture does not tell it. */
  readonly isPlayed: (url: string | null) => boolean
  /** Makes an instrument known to store and pipeline, before its first event. */
  readonly prepare: (instrument: Instrument, atMs: number) => Promise<void>
  /** Takes lines of candles; resolves when more may follow. */
  readonly print: (lines: readonly string[]) => Promise<void>
}

type Result = Omit<
  ReplaySummaryShape,
  'type' | 'mode' | 'intervals' | 'dataDir' | 'damage' | 'complete'
>

/**
 * Plays captured frames through parser and pipeline into the store, as fast as the store takes them.
 *
 * The same frames give the same lines in the same order: candles are told once a second of the tape,
 * and rebuilds are waited for.
 */
export class ReplayRun implements ChangeSource {
  readonly #parts: ReplayParts
  readonly #known: Map<InstrumentId, Instrument>
  readonly #parsers = new Map<string, FrameParser | null>()
  readonly #prepared = new Set<InstrumentId>()
  readonly #lines = new CandleLines()
  readonly #counts = new FrameCounts()
  #rebuilds: RebuildRequest[] = []
  #rebuildsOut = false
  #isPressed = false
  #steppedMs = 0

  constructor(parts: ReplayParts) {
    this.#parts = parts
    this.#known = new Map(parts.instruments.known.map((instrument) => [instrument.id, instrument]))
  }

  takeChangedCandles(): readonly Candle[] {
    const candles = this.#parts.pipeline.takeChangedCandles()
    this.#lines.note(candles)
    return candles
  }

  takeRebuilds(): readonly RebuildRequest[] {
    const rebuilds = [...this.#rebuilds, ...this.#parts.pipeline.takeRebuilds()]
    this.#rebuilds = []
    if (rebuilds.length > 0) this.#rebuildsOut = true
    return rebuilds
  }

  takeLedgerChanges(): LedgerChanges {
    return this.#parts.pipeline.takeLedgerChanges()
  }

  runNowMs(): number {
    return this.#parts.pipeline.runNowMs()
  }

  /** The store rebuilt candles. */
  rebuilt(result: RebuildResult): void {
    this.#lines.note(result.candles)
    this.#parts.pipeline.adopt(result)
  }

  /** The store has more rows waiting than it should; the next frame waits until they are committed. */
  pressed(): void {
    this.#isPressed = true
  }

  /** Plays one frame. @throws StorageError */
  async play(frame: RecordedFrame): Promise<void> {
    if (frame.direction === 'received') await this.#receive(frame)
    else this.#follow(frame)
  }

  /** Commits everything played and tells the candles that are left. @throws StorageError */
  async finish(): Promise<Result> {
    for (let settling = 0; settling < mostSettlings; settling += 1) {
      await this.#step()
      await this.#flush()
      if (!this.#rebuildsOut) break
    }
    await this.#parts.print(this.#lines.takeFinal())
    await this.#parts.print(this.#lines.takeOpen())
    const { stored, duplicates, missingTrades } = this.#parts.pipeline.counters()
    return {
      venue: this.#parts.venue.id,
      instruments: [...this.#prepared],
      ...this.#counts.read(),
      trades: stored,
      duplicates,
      missingTrades,
      candles: this.#lines.taken
    }
  }

  async #receive(frame: RecordedFrame): Promise<void> {
    this.#counts.received()
    let parser = this.#parsers.get(frame.connection)
    if (parser === undefined) parser = this.#connect(frame)
    if (parser === null) {
      this.#counts.skipped()
      return
    }
    const parsed = parser.parse(Buffer.from(frame.frame), frame.receivedMs)
    this.#counts.parsed(parsed)
    if (parsed.kind === 'events') await this.#apply(parsed.events, frame.receivedMs)
    if (this.runNowMs() - this.#steppedMs >= stepMs) await this.#step()
    if (this.#isPressed) await this.#flush()
  }

  /** Where frames are missing, nothing that was built up before reaches over it. */
  #follow(frame: RecordedFrame): void {
    const { direction, connection } = frame
    if (direction === 'connected') this.#connect(frame)
    if (direction === 'closed') this.#parsers.delete(connection)
    if (direction === 'instruments') this.#learn(frame.frame)
    if (direction !== 'omitted') return
    this.#counts.omitted(Number(frame.frame))
    this.#parsers.clear()
  }

  #learn(text: string): void {
    const listed = readInstruments(text, this.#parts.venue) ?? []
    for (const instrument of listed) this.#known.set(instrument.id, instrument)
    const known = [...this.#known.values()]
    for (const parser of this.#parsers.values()) parser?.expect?.(known)
  }

  /** A new connection begins with a new parser: what deltas built up before does not reach over a loss. */
  #connect({ connection, url, receivedMs }: RecordedFrame): FrameParser | null {
    const { venue, isPlayed } = this.#parts
    const name = `${connection}@${receivedMs}`
    const known = [...this.#known.values()]
    const parser = isPlayed(url) ? venue.createParser(known, name) : null
    this.#parsers.set(connection, parser)
    return parser
  }

  async #apply(events: readonly MarketEvent[], receivedMs: number): Promise<void> {
    const { pipeline } = this.#parts
    let isTaken = false
    for (const event of events) {
      const { instrument } = event
      const isKnown = instrument === null || this.#prepared.has(instrument)
      if (!isKnown && !(await this.#admit(instrument, receivedMs))) continue
      isTaken = true
      const applied = pipeline.apply(event, receivedMs)
      if (event.kind === 'trade' && applied === 'stored') this.#counts.stored(event)
    }
    if (!isTaken && events.length > 0) this.#counts.skipped()
  }

  async #admit(id: InstrumentId, receivedMs: number): Promise<boolean> {
    const { chosen } = this.#parts.instruments
    const instrument = this.#known.get(id)
    if (instrument === undefined || chosen?.has(id) === false) return false
    await this.#parts.prepare(instrument, receivedMs)
    this.#prepared.add(id)
    return true
  }

  async #step(): Promise<void> {
    const { pipeline, writer, print } = this.#parts
    pipeline.advance(0)
    this.#steppedMs = pipeline.runNowMs()
    writer.putCandles(this.takeChangedCandles())
    this.#rebuilds.push(...pipeline.takeRebuilds())
    if (this.#rebuilds.length > 0 || this.#rebuildsOut) await this.#flush()
    await print(this.#lines.takeFinal())
  }

  async #flush(): Promise<void> {
    this.#isPressed = false
    this.#rebuildsOut = false
    await this.#parts.writer.flush()
  }
}
