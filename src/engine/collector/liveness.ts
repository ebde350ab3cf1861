import { heartbeatLimitMs } from '../../core/market/freshness.ts'
import type { SilenceRule } from '../../core/market/silence.ts'
import type { InstrumentWatch } from './instrument-watch.ts'

const pingEveryMs = 15_000
const pongWithinMs = 10_000
const withheldMs = 5_000
const proofWithinMs = 5_000
/** Frames that come this soon after a doubt may have lain in the machine's own buffers. */
const bufferedMs = 500

/** What is wrong with a link that still looks open. */
export type Suspicion = {
  readonly kind: 'doubt' | 'pong' | 'heartbeat' | 'silence' | 'withheld'
  readonly text: string
}

/**
 * Tells whether one open socket is alive, by what arrived on it. All times are monotonic ms.
 *
 * Four layers: pongs of the transport, the venue's own signs of life, data, and trades that the
 * venue's heartbeats speak of. Heartbeats never count as data.
 */
export class Liveness {
  readonly #watch: InstrumentWatch
  readonly #silence: SilenceRule
  /** Silence of the venue after which its sign of life is missed; null where it sends none. */
  readonly #signLimitMs: number | null
  #pingedMs: number
  #awaitsPong = false
  /** When a sign of life was asked for; null once a pong answered. */
  #doubtedMs: number | null = null
  #signMs: number
  #pongMs: number
  #dataMs: number
  #hasData = false
  readonly #openedMs: number
  /** Opened because of a silence that is not yet judged. */
  #onTrial: boolean

  constructor(options: {
    readonly heartbeatMs: number | null
    readonly watch: InstrumentWatch
    readonly silence: SilenceRule
    readonly afterSilence: boolean
    readonly nowMs: number
  }) {
    this.#watch = options.watch
    this.#silence = options.silence
    this.#signLimitMs = options.heartbeatMs === null ? null : signLimitMs(options.heartbeatMs)
    this.#onTrial = options.afterSilence
    this.#openedMs = options.nowMs
    this.#pingedMs = this.#signMs = this.#pongMs = this.#dataMs = options.nowMs
  }

  /** Age of the last sign of life that freshness may rest on; a pong counts where the venue sends nothing itself. */
  signAgeMs(nowMs: number): number {
    const latestMs =
      this.#signLimitMs === null ? Math.max(this.#signMs, this.#pongMs) : this.#signMs
    return nowMs - latestMs
  }

  /** A sign of life that came from the venue unasked: any frame, or its own ping. */
  sign(nowMs: number): void {
    this.#signMs = nowMs
  }

  data(nowMs: number, hasTrade: boolean): void {
    const gapMs = nowMs - this.#dataMs
    if (this.#hasData && gapMs > 1000) this.#silence.ended(gapMs)
    this.#hasData = true
    this.#dataMs = nowMs
    if (hasTrade && this.#onTrial) this.#judge(nowMs)
  }

  pong(nowMs: number): void {
    this.#awaitsPong = false
    this.#doubtedMs = null
    this.#pongMs = nowMs
  }

  /** Whether a ping is due; it then counts as sent. */
  takePing(nowMs: number): boolean {
    if (this.#awaitsPong || nowMs - this.#pingedMs < pingEveryMs) return false
    this.#pingedMs = nowMs
    this.#awaitsPong = true
    return true
  }

  /** Asks for a new sign of life; the caller sends the ping, which counts as sent. */
  doubt(nowMs: number): void {
    this.#doubtedMs = this.#pingedMs = nowMs
    this.#awaitsPong = true
  }

  /** Whether the sign of life asked for has yet to come: a pong, or a frame that was not buffered before. */
  get isDoubted(): boolean {
    return this.#doubtedMs !== null && this.#signMs < this.#doubtedMs + bufferedMs
  }

  /** Reading was held back by us: what did not arrive meanwhile proves nothing. */
  excuse(nowMs: number): void {
    if (this.isDoubted) this.#doubtedMs = nowMs
    this.#signMs = this.#dataMs = this.#pingedMs = nowMs
    this.#awaitsPong = false
    this.#hasData = false
  }

  /** The market is closed: no data is expected. */
  rest(nowMs: number): void {
    this.#dataMs = nowMs
    this.#hasData = false
  }

  /** Looks for what is wrong; null when nothing is. */
  check(nowMs: number): Suspicion | null {
    if (this.#doubtedMs !== null && this.isDoubted && nowMs - this.#doubtedMs >= proofWithinMs) {
      return { kind: 'doubt', text: `no sign of life within ${proofWithinMs} ms of a clock jump` }
    }
    if (this.#awaitsPong && nowMs - this.#pingedMs >= pongWithinMs) {
      return { kind: 'pong', text: `no pong within ${pongWithinMs} ms` }
    }
    const signAgeMs = nowMs - this.#signMs
    if (this.#signLimitMs !== null && signAgeMs >= this.#signLimitMs) {
      return { kind: 'heartbeat', text: `no sign of life for ${Math.round(signAgeMs)} ms` }
    }
    return this.#checkData(nowMs)
  }

  #checkData(nowMs: number): Suspicion | null {
    const silentMs = nowMs - this.#dataMs
    if (silentMs >= withheldMs && this.#watch.longestBehindMs(nowMs) >= withheldMs) {
      return { kind: 'withheld', text: 'the venue tells of trades that do not arrive' }
    }
    if (silentMs < this.#silence.limitMs() || this.#watch.isProvenQuiet(nowMs)) return null
    if (this.#onTrial) this.#judge(nowMs)
    return { kind: 'silence', text: `no data for ${Math.round(silentMs)} ms` }
  }

  #judge(nowMs: number): void {
    this.#onTrial = false
    this.#silence.judged(nowMs - this.#openedMs)
  }
}

/** Silence after which a venue's sign of life is missed: 15 s, or three of its own beats. */
function signLimitMs(heartbeatMs: number): number {
  return Math.max(heartbeatLimitMs, 3 * heartbeatMs)
}

/** Age of a sign of life at which an instrument counts as stale: where only pongs tell, one ping and its answer. */
export function freshnessLimitMs(heartbeatMs: number | null): number {
  return heartbeatMs === null ? pingEveryMs + pongWithinMs : signLimitMs(heartbeatMs)
}
