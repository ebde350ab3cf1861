import type { SilenceRule } from '../../core/market/silence.ts'
import type { InstrumentWatch } from './instrument-watch.ts'
import { proven } from './suspicion.ts'
import type { SilenceKind, Suspicion } from './suspicion.ts'

/** A rest shorter than this tells nothing of how long a link may be silent. */
const leastGapMs = 1_000
/** How long the venue may know of a trade that does not come, on a link that brings no other either. */
const withheldMs = 3_000
/** How long REST is waited for before a silence that nothing explains is acted upon: a brisk stream cannot wait. */
const answerWithinMs = { flow: 1_000, silence: 5_000 } as const

type SilenceSuspicion = Suspicion & { readonly kind: SilenceKind }

export type DataSilenceOptions = {
  readonly watch: InstrumentWatch
  readonly silence: SilenceRule
  /** The link before was ended for its silence. */
  readonly afterSilence: boolean
  /** REST can be asked about a silence. */
  readonly canAsk: boolean
  readonly nowMs: number
}

/**
 * Judges how long one open socket brought no data and no trade: by the link's own rhythm, by what the
 * venue tells of its newest trades, and by what REST says. All times are monotonic ms.
 */
export class DataSilence {
  readonly #watch: InstrumentWatch
  readonly #silence: SilenceRule
  readonly #canAsk: boolean
  readonly #openedMs: number
  #dataMs: number
  /** Until when no data could come. */
  #excusedMs: number
  /** Since when trades could have been seen to come, be it only by the bytes of a frame that is not whole. */
  #flowFromMs: number
  /** Until when REST vouches for the silence; a trade ends it. */
  #vouchedMs = -Infinity
  /** Since when only REST could explain the silence; null while that is not so. */
  #unexplainedMs: number | null = null
  #hasData = false
  #hasTraded = false
  /** The subscriptions are settled. */
  #expectsTrades = false
  /** Opened because of a silence that is not yet judged. */
  #onTrial: boolean

  constructor(options: DataSilenceOptions) {
    this.#watch = options.watch
    this.#silence = options.silence
    this.#canAsk = options.canAsk
    this.#onTrial = options.afterSilence
    this.#openedMs = this.#flowFromMs = options.nowMs
    this.#dataMs = this.#excusedMs = options.nowMs
  }

  data(nowMs: number, hasTrade: boolean): void {
    const gapMs = nowMs - this.#dataMs
    if (this.#hasData && gapMs > leastGapMs) this.#silence.ended(gapMs)
    this.#hasData = true
    this.#dataMs = nowMs
    if (!hasTrade) return
    this.#hasTraded = true
    this.#vouchedMs = -Infinity
    this.#watch.silence.flowed(nowMs)
    if (this.#onTrial) this.#judge(nowMs)
  }

  /** The subscriptions are settled. */
  expectTrades(): void {
    this.#expectsTrades = true
  }

  /** Bytes came, or lie unread, that may hold trades. */
  moved(nowMs: number): void {
    this.#flowFromMs = nowMs
  }

  /** No data could come until now. */
  excuse(nowMs: number): void {
    this.#dataMs = this.#excusedMs = this.#flowFromMs = nowMs
    this.#watch.silence.rested(nowMs)
    this.#hasData = false
  }

  /** REST knows of nothing that did not come, of the instrument that it was asked about. */
  explained(nowMs: number): void {
    this.#vouchedMs = nowMs + this.#watch.silence.flowVouchedMs(nowMs)
  }

  /** For how long no trade came that could have. */
  flowSilentMs(nowMs: number): number {
    return nowMs - Math.max(this.#watch.silence.flowSinceMs, this.#flowFromMs)
  }

  /** Looks for what is wrong; null when nothing is. */
  check(nowMs: number): Suspicion | null {
    if (this.#isWithheld(nowMs)) {
      return proven('withheld', 'the venue tells of trades that do not arrive')
    }
    const suspicion = nowMs < this.#vouchedMs ? null : this.#find(nowMs)
    if (suspicion === null || this.#watch.areProvenQuiet(nowMs)) {
      this.#unexplainedMs = null
      return null
    }
    if (suspicion.kind === 'question') return suspicion
    this.#unexplainedMs ??= nowMs
    const waitedMs = nowMs - this.#unexplainedMs
    const isHopeless = suspicion.kind === 'silence' && !this.#canAsk
    return { ...suspicion, isProven: isHopeless || waitedMs >= answerWithinMs[suspicion.kind] }
  }

  /** The link is ended for this: a link that was opened for the same learns that it was needless. */
  condemned({ kind }: Suspicion, nowMs: number): void {
    if (this.#onTrial && kind === 'silence') this.#judge(nowMs)
  }

  #isWithheld(nowMs: number): boolean {
    return (
      this.flowSilentMs(nowMs) >= withheldMs && this.#watch.longestBehindMs(nowMs) >= withheldMs
    )
  }

  #find(nowMs: number): SilenceSuspicion | null {
    const { silence } = this.#watch
    const silentMs = nowMs - Math.max(this.#dataMs, this.#excusedMs)
    const flowSilentMs = this.flowSilentMs(nowMs)
    const limitMs = this.#silence.limitMs()
    const flowLimitMs = silence.flowLimitMs()
    // A socket that brought no trade yet gives no rhythm to hold against it: only REST can tell.
    if (this.#hasTraded && flowLimitMs < limitMs && flowSilentMs >= flowLimitMs) {
      return unexplained('flow', `no trade for ${Math.round(flowSilentMs)} ms`)
    }
    if (silentMs >= limitMs) return unexplained('silence', `no data for ${Math.round(silentMs)} ms`)
    const isAsked = this.#canAsk && this.#expectsTrades
    if (!isAsked || flowSilentMs < Math.min(limitMs, silence.flowAskMs())) return null
    return unexplained('question', `no trade for ${Math.round(flowSilentMs)} ms`)
  }

  #judge(nowMs: number): void {
    this.#onTrial = false
    this.#silence.judged(nowMs - this.#openedMs)
  }
}

function unexplained(kind: SilenceKind, text: string): SilenceSuspicion {
  return { kind, text, isProven: false }
}
