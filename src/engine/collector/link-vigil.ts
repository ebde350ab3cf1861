import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Timer } from './clock.ts'
import type { LinkOptions } from './link-options.ts'
import { Liveness } from './liveness.ts'
import { SilenceProof } from './silence-proof.ts'
import type { SilenceSubject } from './silence-proof.ts'
import type { Socket } from './socket.ts'

/** A silence that seems too long is looked at so often. */
const lookEveryMs = 250

type Charge = {
  /** Null before it was opened. */
  socket(): Socket | null
  /** Open, read from, and not being ended. */
  isWatched(): boolean
  /** Every subscription was answered. */
  isSettled(): boolean
  /** The link is dead, whatever it looks like. */
  suspect(text: string): void
}

/** Keeps watch over one link: looks at it, pings it, and has REST asked where only silence speaks against it. */
export class LinkVigil {
  readonly #options: LinkOptions
  readonly #charge: Charge
  /** Null where REST is not asked. */
  readonly #proof: SilenceProof | null
  #liveness: Liveness
  #nextLook: Timer | null = null
  #bytesRead = 0
  #lookedMs = 0

  constructor(options: LinkOptions, charge: Charge) {
    this.#options = options
    this.#charge = charge
    this.#proof = this.#createProof()
    this.#liveness = this.#createLiveness()
  }

  get liveness(): Liveness {
    return this.#liveness
  }

  /** The socket opened: everything is awaited from now. */
  opened(): void {
    this.#liveness = this.#createLiveness()
    this.#options.watch.reopened(this.#nowMs())
  }

  /** The subscriptions are settled: trades are awaited from now. */
  settled(): void {
    this.#options.watch.silence.reopened(this.#nowMs())
    this.#liveness.expectTrades()
  }

  /** Looks after all that is due; to be called every second. @returns False when the link is dead. */
  tick(): boolean {
    const { watch, context } = this.#options
    watch.silence.age(context.clock.nowMs())
    if (!this.#look()) return false
    if (this.#charge.isSettled()) this.#askAboutOverdue()
    return true
  }

  /** REST told the newest trade of an instrument, to whoever asked. */
  told(trade: Trade): void {
    this.#options.context.received.drain()
    if (this.#charge.isWatched() && this.#charge.isSettled()) this.#proof?.told(trade)
  }

  close(): void {
    this.#nextLook?.cancel()
    this.#nextLook = null
    this.#proof?.close()
  }

  #look(): boolean {
    if (this.#options.context.isBlind === true) return true
    const nowMs = this.#nowMs()
    this.#nextLook?.cancel()
    this.#nextLook = null
    this.#noteBytes(nowMs)
    const suspicion = this.#liveness.check(nowMs)
    if (suspicion?.isProven === true) {
      this.#liveness.condemned(suspicion, nowMs)
      this.#charge.suspect(suspicion.text)
      return false
    }
    if (suspicion !== null) this.#askAboutAll()
    if (this.#liveness.takePing(nowMs)) this.#charge.socket()?.ping()
    if (this.#liveness.isTense(nowMs)) {
      this.#nextLook = this.#options.context.clock.after(lookEveryMs, () => this.#lookAgain())
    }
    return true
  }

  #lookAgain(): void {
    this.#nextLook = null
    this.#options.context.received.drain()
    if (this.#charge.isWatched()) this.#look()
  }

  /** Notices bytes of a frame that is not whole yet; whole frames, pings and pongs tell of themselves. */
  #noteBytes(nowMs: number): void {
    const bytesRead = this.#charge.socket()?.bytesRead ?? 0
    if (bytesRead !== this.#bytesRead && !this.#liveness.hasSignSince(this.#lookedMs)) {
      this.#liveness.moved(nowMs)
    }
    this.#bytesRead = bytesRead
    this.#lookedMs = nowMs
  }

  /** All of its instruments are silent: asks about the one that would have traded first. */
  #askAboutAll(): void {
    this.#ask('link', this.#options.watch.silence.likeliest(this.#nowMs()))
  }

  /** One of its instruments is silent while others trade. */
  #askAboutOverdue(): void {
    if (this.#proof === null) return
    const { watch } = this.#options
    const nowMs = this.#nowMs()
    this.#ask(
      'instrument',
      watch.silence.overdue(nowMs, (id) => watch.isProvenQuiet(id, nowMs))
    )
  }

  #ask(subject: SilenceSubject, id: InstrumentId | null): void {
    const instrument = this.#options.instruments().find((each) => each.id === id)
    if (instrument !== undefined) this.#proof?.ask(subject, instrument)
  }

  #createProof(): SilenceProof | null {
    const { context, watch } = this.#options
    const { clock, newestTrades, isBlind } = context
    if (newestTrades === undefined || isBlind === true) return null
    return new SilenceProof({
      clock,
      newestTrades,
      watch,
      quiet: (subject, id) => {
        watch.silence.vouched(id, this.#nowMs())
        if (subject === 'link') this.#liveness.explained(this.#nowMs())
      },
      resumed: (trades) => {
        const anchors = trades.map((trade) => ({ ...trade, kind: 'anchor' as const }))
        context.onEvents(this.#options.name, anchors, clock.nowMs())
      },
      missed: (text) => this.#charge.suspect(text)
    })
  }

  #createLiveness(): Liveness {
    const { watch, silence, afterSilence, context } = this.#options
    return new Liveness({
      heartbeatMs: context.venue.heartbeatMs,
      watch,
      silence,
      afterSilence,
      canAsk: context.newestTrades !== undefined,
      nowMs: this.#nowMs()
    })
  }

  #nowMs(): number {
    return this.#options.context.clock.monotonicMs()
  }
}
