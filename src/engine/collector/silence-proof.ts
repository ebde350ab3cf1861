import type { Trade } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { Clock, Timer } from './clock.ts'
import type { InstrumentWatch } from './instrument-watch.ts'
import type { SilenceVerdict } from './silence-watch.ts'

const askEveryMs = 10_000
const answerWithinMs = 5_000
/** So long an instrument has to be silent before what REST told somebody else is held against its link. */
const leastSilentMs = 3_000
/** What REST knows may be on its way: so long it is still waited for. */
const confirmMs = 500
const pageSize = 100
/** A trade that REST knows and that has not come for so long was left out. */
const lateMs = 2_000

/**
 * Asks the venue's REST for an instrument's newest trades, oldest first; null where it serves none.
 *
 * @throws VenueError
 */
export type NewestTrades = (
  instrument: Instrument,
  limit: number,
  signal: AbortSignal
) => Promise<readonly Trade[] | null>

/** Of whom a silence is asked about: all instruments of a link, or one whose siblings trade. */
export type SilenceSubject = 'link' | 'instrument'

type Options = {
  readonly clock: Clock
  readonly newestTrades: NewestTrades
  readonly watch: InstrumentWatch
  /** REST vouches for the silence. */
  quiet(subject: SilenceSubject, instrument: InstrumentId): void
  /** The link speaks again, and may have left these out: trades that REST told while it was silent. */
  resumed(trades: readonly Trade[]): void
  /** Trades were missed: the link does not bring them. */
  missed(text: string): void
}

/** Asks REST whether a silent link misses trades: of each subject one question at a time, and one in 10 s. */
export class SilenceProof {
  readonly #options: Options
  readonly #abort = new AbortController()
  readonly #nextMs = { link: -Infinity, instrument: -Infinity }
  readonly #timers = new Set<Timer>()

  constructor(options: Options) {
    this.#options = options
  }

  /** Begins to ask, unless it asked a moment ago. */
  ask(subject: SilenceSubject, instrument: Instrument): void {
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#abort.signal.aborted || nowMs < this.#nextMs[subject]) return
    this.#nextMs[subject] = nowMs + askEveryMs
    void this.#inquire(subject, instrument)
  }

  /** Takes the newest trade of an instrument that somebody else had of REST, once the feed had time to bring it. */
  told(trade: Trade): void {
    const { watch, clock } = this.#options
    const { instrument } = trade
    const nowMs = clock.monotonicMs()
    const silentMs = nowMs - watch.silence.sinceMs(instrument, nowMs)
    if (this.#abort.signal.aborted || silentMs < leastSilentMs) return
    const known = { newestId: watch.newestId(instrument), nowMs }
    const verdict = watch.silence.judge(instrument, { trades: [trade], isFull: false }, known)
    if (verdict === 'quiet') this.#options.quiet('instrument', instrument)
    if (verdict === 'missed') this.#options.missed(missedText(instrument))
  }

  /** Ends all questions; nothing is told any more. */
  close(): void {
    this.#abort.abort()
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  async #inquire(subject: SilenceSubject, instrument: Instrument): Promise<void> {
    const sinceMs = this.#sinceMs(subject, instrument.id)
    const { verdict, trades } = await this.#judge(instrument)
    if (this.#abort.signal.aborted) return
    if (this.#sinceMs(subject, instrument.id) !== sinceMs) {
      this.#resumed(trades)
      return
    }
    if (verdict === 'quiet') this.#options.quiet(subject, instrument.id)
    if (verdict !== 'missed') return
    this.#after(confirmMs, () => {
      if (this.#sinceMs(subject, instrument.id) !== sinceMs) {
        this.#resumed(trades)
        return
      }
      this.#options.missed(missedText(instrument.id))
    })
  }

  /** Ids that count on tell by themselves what was left out. */
  #resumed(trades: readonly Trade[]): void {
    const told = trades.filter(({ id }) => typeof id === 'string')
    if (told.length > 0) this.#after(lateMs, () => this.#options.resumed(told))
  }

  async #judge(
    instrument: Instrument
  ): Promise<{ readonly verdict: SilenceVerdict; readonly trades: readonly Trade[] }> {
    const { newestTrades, watch, clock } = this.#options
    const deadline = new AbortController()
    const timer = this.#after(answerWithinMs, () => deadline.abort())
    const signal = AbortSignal.any([this.#abort.signal, deadline.signal])
    try {
      const trades = await newestTrades(instrument, pageSize, signal)
      if (trades === null) return { verdict: 'unknown', trades: [] }
      const page = { trades, isFull: trades.length >= pageSize }
      const newestId = watch.newestId(instrument.id)
      const known = { newestId, nowMs: clock.monotonicMs() }
      return { verdict: watch.silence.judge(instrument.id, page, known), trades }
    } catch {
      // REST that cannot be reached says nothing of the link; its failure is counted by who carries it.
      return { verdict: 'unknown', trades: [] }
    } finally {
      timer.cancel()
      this.#timers.delete(timer)
    }
  }

  #sinceMs(subject: SilenceSubject, instrument: InstrumentId): number {
    const { watch, clock } = this.#options
    if (subject === 'link') return watch.silence.flowSinceMs
    return watch.silence.sinceMs(instrument, clock.monotonicMs())
  }

  #after(delayMs: number, callback: () => void): Timer {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer)
      callback()
    })
    this.#timers.add(timer)
    return timer
  }
}

function missedText(instrument: InstrumentId): string {
  return `the venue has trades of ${instrument} that did not come`
}
