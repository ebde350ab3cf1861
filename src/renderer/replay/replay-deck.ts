/**
 * States of the deck's link: `away` (none) → `open` (a stream client of its own) → `away` once the screen was left
 * for `keptMs`. Whoever opens it again finds the tape where it stood.
 */
import type { DeckCommand, DeckRow, DeckSpeed } from '../../contracts/deck.ts'
import type { WallClock } from '../stream/run-clock.ts'
import { StreamClient, type OpenLink } from '../stream/stream-client.ts'

/** How long a deck that was left is kept; it costs the engine a thread. */
export const keptMs = 300_000

/** What is played, and where it begins to. */
export type Tape = Omit<Extract<DeckCommand, { readonly name: 'load' }>, 'name'>
export type LoopSpan = NonNullable<DeckRow['loop']>

/** From when to when trades of an instrument are stored; null where there are none. Rejects where nobody answers. */
export type FindStored = (instrument: string) => Promise<LoopSpan | null>

/** The window's deck: opened when it is first shown, loaded again whenever a link was lost. */
export class ReplayDeck {
  readonly #openLink: OpenLink
  readonly #clock: WallClock
  readonly #findStored: FindStored
  readonly #listeners = new Set<() => void>()
  #stream: StreamClient | null = null
  #tape: Tape | null = null
  /** The tape that the deck holds, as far as it is known: one that it refuses changes nothing. */
  #held: Tape | null = null
  #refused: Tape | null = null
  #speed: DeckSpeed = 1
  #loop: LoopSpan | null = null
  /** Where the tape stood when it was last heard of. */
  #atMs: number | null = null
  #isLoaded = false
  /** The tape waits to hear how far the store reaches. */
  #isWaiting = false
  #leftMs: number | null = null

  constructor(openLink: OpenLink, clock: WallClock, findStored: FindStored) {
    this.#openLink = openLink
    this.#clock = clock
    this.#findStored = findStored
  }

  /** The deck's own state stream; null while it is away. */
  get stream(): StreamClient | null {
    return this.#stream
  }

  /** What was put in last; null before the first time. */
  get tape(): Tape | null {
    return this.#tape
  }

  /** A tape that the deck would not take; null once another was asked for. */
  get refused(): Tape | null {
    return this.#refused
  }

  /** The loop that was set last, though the deck may not have said so yet; null while there is none. */
  get loop(): LoopSpan | null {
    return this.#loop
  }

  /** Where the deck stands; undefined until it has said. */
  get row(): DeckRow | undefined {
    return this.#stream?.state.deck.find('deck')
  }

  /** Called when the stream came or went, and when another tape was put in. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The screen is looked at. */
  show(): void {
    this.#leftMs = null
    if (this.#stream === null) this.#open()
  }

  /** The screen is no longer looked at: it pauses, and is put away after a while. */
  leave(): void {
    this.#leftMs = this.#clock()
    if (this.row?.state === 'playing') this.send({ name: 'pause' })
  }

  /** Looks at the clock. Call a few times a second. */
  beat(): void {
    this.#stream?.beat()
    if (this.#leftMs !== null && this.#clock() - this.#leftMs >= keptMs) this.#putAway()
  }

  /**
   * Puts a tape in, paused, cut to the minutes in which something is stored: nobody wants to wait for the
   * first trade of an hour. What had been set on the one before (loop) is forgotten.
   */
  load(tape: Tape): void {
    this.#tape = tape
    this.#atMs = tape.atMs
    this.#loop = null
    this.#refused = null
    this.#isWaiting = true
    void this.#cut(tape).then((cut) => {
      if (this.#tape !== tape) return
      this.#tape = cut
      this.#isWaiting = false
      if (this.#stream?.status.kind === 'live') this.#sendTape()
    })
    this.#tell()
  }

  /** Puts in what another choice of instruments or view asks for, at the same moment; it goes on playing if it played. */
  reload(change: Pick<Tape, 'instruments'> | Pick<Tape, 'view'>): void {
    if (this.#tape === null) return
    const wasPlaying = this.row?.state === 'playing'
    this.#tape = { ...this.#tape, ...change }
    this.#isWaiting = false
    if (this.#stream?.status.kind === 'live') {
      this.#sendTape()
      if (wasPlaying) this.send({ name: 'play' })
    }
    this.#tell()
  }

  /** Lost where there is no link, but for speed and loop, which are remembered. */
  send(command: Exclude<DeckCommand, { readonly name: 'load' }>): void {
    this.#refused = null
    if (command.name === 'speed') this.#speed = command.speed
    if (command.name === 'loop') this.#loop = command.span
    if (command.name === 'seek') this.#atMs = command.atMs
    this.#stream?.command(command)
  }

  close(): void {
    this.#putAway()
    this.#listeners.clear()
  }

  #open(): void {
    const stream = new StreamClient(this.#openLink, this.#clock)
    this.#stream = stream
    this.#isLoaded = false
    stream.onStatus(() => {
      if (stream.status.kind === 'lost') this.#isLoaded = false
    })
    // Runs before the charts read anew: a deck that has just begun holds no tape yet.
    stream.onSnapshot(() => {
      if (!this.#isLoaded && !this.#isWaiting && this.#tape !== null) this.#sendTape()
    })
    stream.state.deck.subscribeRow('deck', () => this.#noteRow())
    stream.start()
    this.#tell()
  }

  #putAway(): void {
    this.#leftMs = null
    if (this.#stream === null) return
    this.#stream.close()
    this.#stream = null
    this.#tell()
  }

  #noteRow(): void {
    const { row } = this
    if (row === undefined || row.state === 'empty' || !this.#isLoaded || this.#isWaiting) return
    if (row.problem === null) this.#held = this.#tape
    else if (this.#held !== null && this.#held !== this.#tape) {
      this.#refused = this.#tape
      this.#tape = this.#held
    }
    // A seek may be given up halfway, so its moments do not count.
    if (row.atMs === null) return
    if (row.state === 'paused' || row.state === 'playing' || row.state === 'ended') {
      this.#atMs = row.atMs
    }
  }

  /** The part of a tape that holds trades; all of it where that is not known. Never rejects. */
  async #cut(tape: Tape): Promise<Tape> {
    const answers = await Promise.allSettled(tape.instruments.map(this.#findStored))
    const spans = answers.flatMap((each) => (each.status === 'fulfilled' ? (each.value ?? []) : []))
    const storedFromMs = Math.min(...spans.map(({ fromMs }) => fromMs))
    const storedToMs = Math.max(...spans.map(({ toMs }) => toMs))
    // The minute before what is wanted is kept: it is seen coming.
    const beginMs = Math.min(storedFromMs, tape.atMs ?? Infinity)
    const fromMs = Math.max(tape.fromMs ?? -Infinity, beginMs)
    const toMs = Math.min(tape.toMs ?? Infinity, storedToMs)
    return spans.length > 0 && fromMs < toMs ? { ...tape, fromMs, toMs } : tape
  }

  #sendTape(): void {
    if (this.#tape === null || this.#stream === null) return
    this.#isLoaded = true
    const { instruments } = this.#stream.state
    // One that nothing is stored of would have the whole tape refused.
    const stored = this.#tape.instruments.filter((id) => instruments.find(id) !== undefined)
    const played = stored.length > 0 ? stored : this.#tape.instruments
    // The next command clears what is said of the one before: the load comes last.
    this.#stream.command({ name: 'speed', speed: this.#speed })
    this.#stream.command({ name: 'load', ...this.#tape, instruments: played, atMs: this.#atMs })
    if (this.#loop !== null) this.#stream.command({ name: 'loop', span: this.#loop })
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
