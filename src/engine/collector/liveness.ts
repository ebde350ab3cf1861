import { heartbeatLimitMs } from '../../core/market/freshness.ts'
import { DataSilence } from './data-silence.ts'
import type { DataSilenceOptions } from './data-silence.ts'
import type { InstrumentWatch } from './instrument-watch.ts'
import { proven } from './suspicion.ts'
import type { Suspicion } from './suspicion.ts'

const pingEveryMs = 15_000
const pongWithinMs = 10_000
/** A brisk link that fell silent has to answer a ping within so long, or four times as long as it usually takes. */
const promptPongMs = 1_000
const usualPongs = 4
/** How soon a sign of life has to follow where it was asked for. */
const proofWithinMs = 5_000
/** Frames that come this soon after a doubt may have lain in the machine's own buffers. */
const bufferedMs = 500
/** Looks are at most a second apart; where more passed, this process stood still and not the venue. */
const lateMs = 1_500
/** After reading was held back, what lies in the machine's buffers is taken in within this. */
const catchUpMs = 2_000
/** A silence this long is looked at oftener. */
const tenseMs = 2_000

/**
 * Tells whether one open socket is alive, by what arrived on it. All times are monotonic ms.
 *
 * Four layers: pongs of the transport, the venue's own signs of life, and in `DataSilence` data and
 * trades that the venue's heartbeats speak of. Heartbeats never count as data. Frames and trades are
 * held against the link's own rhythm, with a fixed rule as upper bound.
 */
export class Liveness {
  readonly #watch: InstrumentWatch
  readonly #silence: DataSilence
  /** Silence of the venue after which its sign of life is missed; null where it sends none. */
  readonly #signLimitMs: number | null
  #pingedMs: number
  #awaitsPong = false
  /** What the slowest of the last pongs took; 0 before the first. */
  #pongTookMs = 0
  /** When a sign of life was asked for; null once a pong answered. */
  #doubtedMs: number | null = null
  #signMs: number
  #pongMs: number
  /** When bytes last came without making a whole frame. */
  #movedMs: number
  /** When reading went on that was held back. */
  #resumedMs = -Infinity
  #lookedMs: number

  constructor(options: DataSilenceOptions & { readonly heartbeatMs: number | null }) {
    this.#watch = options.watch
    this.#silence = new DataSilence(options)
    this.#signLimitMs = options.heartbeatMs === null ? null : signLimitMs(options.heartbeatMs)
    this.#lookedMs = this.#movedMs = options.nowMs
    this.#pingedMs = this.#signMs = this.#pongMs = options.nowMs
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
    this.#watch.silence.framed(nowMs)
  }

  data(nowMs: number, hasTrade: boolean): void {
    this.#silence.data(nowMs, hasTrade)
  }

  pong(nowMs: number): void {
    if (this.#awaitsPong) this.#pongTookMs = Math.max(nowMs - this.#pingedMs, this.#pongTookMs / 2)
    this.#awaitsPong = false
    this.#doubtedMs = null
    this.#pongMs = nowMs
  }

  /** The subscriptions are settled. */
  expectTrades(): void {
    this.#silence.expectTrades()
  }

  /** Whether a frame, a ping or a pong came. */
  hasSignSince(sinceMs: number): boolean {
    return this.#signMs >= sinceMs || this.#pongMs >= sinceMs
  }

  /** Bytes came that do not make a whole frame yet. */
  moved(nowMs: number): void {
    this.#movedMs = nowMs
    this.#silence.moved(nowMs)
  }

  /** Whether a ping is due, by the clock or by a silence; it then counts as sent. */
  takePing(nowMs: number): boolean {
    if (this.#awaitsPong) return false
    if (nowMs - this.#pingedMs < pingEveryMs && !this.#isStill(nowMs)) return false
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

  /**
   * Reading was held back by us for so long: that time proves nothing, and what came in it is read first.
   * What was silent before is no younger for it, however often reading is held back.
   */
  excuse(nowMs: number, heldMs: number): void {
    if (this.isDoubted) this.#doubtedMs = nowMs
    this.#signMs = Math.min(nowMs, this.#signMs + heldMs)
    this.#pingedMs = Math.min(nowMs, this.#pingedMs + heldMs)
    this.#resumedMs = nowMs
    this.#silence.excuse(nowMs)
  }

  /** The market is closed: no data is expected. */
  rest(nowMs: number): void {
    this.#silence.excuse(nowMs)
  }

  /** REST knows of nothing that did not come, of the instrument that it was asked about. */
  explained(nowMs: number): void {
    this.#silence.explained(nowMs)
  }

  /** Whether it is worth another look before the next one is due. */
  isTense(nowMs: number): boolean {
    const { silence } = this.#watch
    const isStill = nowMs - this.#byteMs >= tenseMs && silence.frameLimitMs() < pongWithinMs
    const isFlowStill = this.#silence.flowSilentMs(nowMs) >= tenseMs
    return isStill || (isFlowStill && silence.flowLimitMs() < pongWithinMs)
  }

  /** Looks for what is wrong; null when nothing is. To be called every second, or oftener. */
  check(nowMs: number): Suspicion | null {
    this.#noteLook(nowMs)
    if (nowMs - this.#resumedMs < catchUpMs) return null
    if (this.#doubtedMs !== null && this.isDoubted && nowMs - this.#doubtedMs >= proofWithinMs) {
      return proven('doubt', `no sign of life within ${proofWithinMs} ms of a clock jump`)
    }
    if (this.#awaitsPong && nowMs - this.#pingedMs >= pongWithinMs) {
      return proven('pong', `no pong within ${pongWithinMs} ms`)
    }
    if (this.#isHalfOpen(nowMs)) {
      return proven('half-open', `no byte for ${Math.round(nowMs - this.#byteMs)} ms, and no pong`)
    }
    const signAgeMs = nowMs - this.#signMs
    if (this.#signLimitMs !== null && signAgeMs >= this.#signLimitMs) {
      return proven('heartbeat', `no sign of life for ${Math.round(signAgeMs)} ms`)
    }
    return this.#silence.check(nowMs)
  }

  /** The link is ended for this. */
  condemned(suspicion: Suspicion, nowMs: number): void {
    this.#silence.condemned(suspicion, nowMs)
  }

  /** When the last byte came, of whatever. */
  get #byteMs(): number {
    return Math.max(this.#signMs, this.#pongMs, this.#movedMs)
  }

  /** Brisk, and now without a byte for longer than it usually is. */
  #isStill(nowMs: number): boolean {
    const limitMs = this.#watch.silence.frameLimitMs()
    return limitMs < pongWithinMs && nowMs - this.#byteMs >= limitMs
  }

  #isHalfOpen(nowMs: number): boolean {
    const waitMs = Math.max(promptPongMs, usualPongs * this.#pongTookMs)
    return this.#awaitsPong && nowMs - this.#pingedMs >= waitMs && this.#isStill(nowMs)
  }

  #noteLook(nowMs: number): void {
    const passedMs = nowMs - this.#lookedMs
    this.#lookedMs = nowMs
    if (passedMs <= lateMs) return
    // What came meanwhile lies unread in the machine's buffers.
    this.moved(nowMs)
    this.#watch.silence.rested(nowMs)
    if (this.#awaitsPong) this.#pingedMs = Math.min(nowMs, this.#pingedMs + passedMs)
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
