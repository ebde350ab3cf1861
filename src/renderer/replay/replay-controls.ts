import { deckSpeeds, type DeckSpeed } from '../../contracts/deck.ts'
import type { DeskStore } from '../desk/desk-store.ts'
import { replayCharts, withBookmark } from '../desk/replay-choices.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import { readMomentEntry } from './moment-entry.ts'
import type { LoopSpan, ReplayDeck } from './replay-deck.ts'
import { momentSpan } from './tape-span.ts'

/** The word of the contract for a step by trades. */
const tradeStep = 'trade'

/** What keys and buttons do to a deck; nothing where no tape is in it. */
export class ReplayControls {
  readonly #deck: ReplayDeck
  readonly #choices: DeskStore
  readonly #listeners = new Set<() => void>()
  /** A loop's begin that waits for its end. */
  #waitingInMs: number | null = null
  #note = ''

  constructor(deck: ReplayDeck, choices: DeskStore) {
    this.#deck = deck
    this.#choices = choices
  }

  /** What came of the last action, for those who do not see it; empty when there is nothing to say. */
  get note(): string {
    return this.#note
  }

  /** A loop's begin that waits for its end; null while there is none. */
  get waitingInMs(): number | null {
    return this.#waitingInMs
  }

  /** Where the tape stands; null while there is none. */
  get cursorMs(): number | null {
    return this.#deck.row?.atMs ?? null
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Plays or pauses; from the range's end it begins again. */
  toggle(): void {
    const { row } = this.#deck
    if (row?.atMs === undefined || row.atMs === null) return
    if (row.state === 'playing') {
      this.#deck.send({ name: 'pause' })
      return
    }
    if (row.state === 'ended') this.jump('begin')
    this.#deck.send({ name: 'play' })
  }

  /** Steps by what was chosen: trades, or candles of the chart in focus. Negative: back. */
  step(count: number): void {
    const { replay, charts, replayFocus } = this.#choices.getState()
    const shown = replayCharts(replay, charts)
    const interval = (shown[replayFocus] ?? shown[0])?.interval ?? '1m'
    const by = replay.stepBy === 'trade' ? tradeStep : interval
    this.#deck.send({ name: 'step', by, count })
  }

  /** To the begin or the end of the loop, else of the range. */
  jump(end: 'begin' | 'end'): void {
    const span = this.#deck.loop ?? this.#deck.row?.range ?? null
    if (span !== null) this.seek(end === 'begin' ? span.fromMs : span.toMs)
  }

  /** Goes to a moment of the range; one outside it counts as its nearer end. */
  seek(atMs: number): void {
    const range = this.#deck.row?.range ?? null
    if (range === null) return
    this.#deck.send({
      name: 'seek',
      atMs: Math.min(range.toMs, Math.max(range.fromMs, atMs))
    })
  }

  setSpeed(speed: DeckSpeed): void {
    this.#deck.send({ name: 'speed', speed })
  }

  /** The next of the offered speeds. */
  changeSpeed(step: 1 | -1): void {
    const now = this.#deck.row?.speed ?? 1
    const next = deckSpeeds[deckSpeeds.findIndex((speed) => speed === now) + step]
    if (next !== undefined) this.setSpeed(next)
  }

  /** The loop begins here. */
  loopIn(): void {
    const { row } = this.#deck
    const atMs = row?.atMs ?? null
    if (row === undefined || atMs === null) return
    if (row.loop !== null && atMs < row.loop.toMs) {
      this.#setLoop({ fromMs: atMs, toMs: row.loop.toMs })
      return
    }
    if (row.loop !== null) this.#deck.send({ name: 'loop', span: null })
    this.#waitingInMs = atMs
    this.#say('Loop begins here; O sets its end.')
  }

  /** The loop ends here; without a begin it begins with the range. */
  loopOut(): void {
    const { row } = this.#deck
    const atMs = row?.atMs ?? null
    if (row === undefined || atMs === null || row.range === null) return
    const fromMs = this.#waitingInMs ?? row.loop?.fromMs ?? row.range.fromMs
    if (atMs <= fromMs) {
      this.#say('A loop ends after it begins: go on, then set its end.')
      return
    }
    this.#setLoop({ fromMs, toMs: atMs })
  }

  clearLoop(): void {
    this.#waitingInMs = null
    this.#deck.send({ name: 'loop', span: null })
    this.#say('No loop.')
  }

  /** Keeps the moment under the name of the chart in focus. */
  bookmark(instrument: string | null): void {
    const atMs = this.#deck.row?.atMs ?? null
    if (atMs === null || instrument === null) return
    const { replay, setReplay } = this.#choices.getState()
    setReplay({ bookmarks: withBookmark(replay.bookmarks, { instrument, atMs }) })
    this.#say('Bookmark set.')
  }

  /**
   * Goes to the moment that a text names; outside the range to that day.
   *
   * @returns What is wrong with the text; null when nothing is.
   */
  goTo(text: string, zone: ZonedTime, nowMs: number): string | null {
    const entry = readMomentEntry(text, zone, this.#deck.row?.atMs ?? nowMs)
    if ('problem' in entry) return entry.problem
    this.visit(entry.atMs, zone)
    return null
  }

  /** Goes to a moment; where the range does not hold it, the range becomes its day. */
  visit(atMs: number, zone: ZonedTime): void {
    const { row, tape } = this.#deck
    const range = row?.range ?? null
    if (range !== null && atMs >= range.fromMs && atMs <= range.toMs) this.seek(atMs)
    else if (tape !== null) this.#deck.load({ ...tape, ...momentSpan(atMs, zone) })
  }

  #setLoop(span: LoopSpan): void {
    this.#waitingInMs = null
    this.#deck.send({ name: 'loop', span })
    this.#say('Loop set.')
  }

  #say(note: string): void {
    this.#note = note
    for (const listener of [...this.#listeners]) listener()
  }
}
