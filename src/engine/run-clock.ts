import type { MarketEvent } from '../core/market/event.ts'
import type { Clock } from './collector/clock.ts'

/** A wall clock that moves by more against the monotonic one was set, or the machine slept. */
const stepMs = 5_000
/** Without any evidence which of the two it was, the wall clock is believed. */
const settleWithinMs = 15_000
/** Trades that come so soon after a step may have lain in the machine's own buffers. */
const bufferedMs = 5_000
/** How far from "now" the time of a trade may lie that bears witness. */
const witnessMs = 60_000
/** An error this small is within what a reading over a network and an orderly clock differ by. */
const toleratedMs = 2_000
/** Readings over a network come out a little different each time. */
const sameMs = 50
/** A venue that differs by more has a broken clock as likely as we have. */
const mostErrorMs = 86_400_000
/** A venue's clock that moves so far while ours runs on was set wrong, or is. */
const venueStepMs = 60_000

type Step = { readonly byMs: number; readonly sinceMs: number }

/** What a look found: how far the wall clock moved by itself since the last one, and how a step was settled. */
export type ClockNews = {
  /** 0: it did not. */
  readonly steppedMs: number
  /** `followed`: the wall clock was right to move. `ignored`: it was set wrong, or right before. */
  readonly settled: 'followed' | 'ignored' | null
}

/**
 * The clock of a live run: the wall clock, less its error as far as the venues tell it.
 *
 *   steady ─▶ doubted ─▶ steady    the wall clock stepped; followed, or ignored
 *
 * A step is not followed before something speaks for it: a venue's clock, or trades of that time. So
 * setting the wall clock moves no market's hours, and waking from sleep does within seconds.
 */
export class RunClock {
  readonly #clocks: Pick<Clock, 'wallMs' | 'monotonicMs'>
  /** Wall clock less monotonic, when last read. */
  #aheadMs: number
  /** Wall clock less run clock. */
  #errorMs = 0
  #doubt: Step | null = null
  /** Wall clock less a venue's, by venue, since the last step. */
  readonly #readings = new Map<string, number>()
  #untoldStepMs = 0
  #settled: ClockNews['settled'] = null

  constructor(clocks: Pick<Clock, 'wallMs' | 'monotonicMs'>) {
    this.#clocks = clocks
    this.#aheadMs = clocks.wallMs() - clocks.monotonicMs()
  }

  /** Run clock, epoch ms. */
  nowMs(): number {
    const wallMs = this.#clocks.wallMs()
    this.#notice(wallMs - this.#clocks.monotonicMs())
    return wallMs - this.#errorMs
  }

  /** The wall clock stepped, and nothing has told yet whether it was right to. */
  get isDoubted(): boolean {
    this.nowMs()
    return this.#doubt !== null
  }

  /** Wall clock less the venues', ms: the middle one of one reading each; null where there is none yet. */
  get skewMs(): number | null {
    return middleOf([...this.#readings.values()])
  }

  /** Wall clock less run clock, ms; 0 while it is believed. */
  get correctionMs(): number {
    return this.#errorMs
  }

  /** Looks after a step; to be called every second. Its news are told once. */
  look(): ClockNews {
    this.nowMs()
    const doubt = this.#doubt
    if (doubt !== null && this.#clocks.monotonicMs() - doubt.sinceMs >= settleWithinMs) {
      this.#follow(doubt)
    }
    const news = { steppedMs: this.#untoldStepMs, settled: this.#settled }
    this.#untoldStepMs = 0
    this.#settled = null
    return news
  }

  /**
   * Takes a reading of a venue's clock. A difference of more than a day is shown, not believed; a venue
   * whose clock moved away from the wall clock while that ran on is refused.
   *
   * @param wallMs Wall clock at the moment of the reading.
   */
  read(venue: string, venueMs: number, wallMs: number): 'taken' | 'refused' {
    this.nowMs()
    const known = this.#readings.get(venue)
    const aheadMs = wallMs - venueMs
    const hasMoved = known !== undefined && Math.abs(aheadMs - known) > venueStepMs
    if (hasMoved && Math.abs(aheadMs) > Math.abs(known)) return 'refused'
    this.#readings.set(venue, aheadMs)
    this.#correct(this.skewMs ?? 0)
    return 'taken'
  }

  /** When events count as received that came at `receivedMs`: later where they themselves settle a step. */
  heard(events: readonly MarketEvent[], receivedMs: number): number {
    if (!this.isDoubted) return receivedMs
    for (const event of events) if (event.kind === 'trade') this.hear(event.eventMs)
    return this.#doubt === null ? this.nowMs() : receivedMs
  }

  /** Takes the time of a live trade as evidence, while the clock is doubted. */
  hear(eventMs: number): void {
    const heldMs = this.nowMs()
    const doubt = this.#doubt
    if (doubt === null) return
    const fromHeldMs = Math.abs(eventMs - heldMs)
    const fromFollowedMs = Math.abs(eventMs - (heldMs + doubt.byMs))
    if (Math.min(fromHeldMs, fromFollowedMs) > witnessMs) return
    if (fromFollowedMs < fromHeldMs) this.#follow(doubt)
    else if (this.#clocks.monotonicMs() - doubt.sinceMs >= bufferedMs) this.#settle('ignored')
  }

  #correct(skewMs: number): void {
    if (Math.abs(skewMs) > mostErrorMs) return
    const errorMs = Math.abs(skewMs) <= toleratedMs ? 0 : skewMs
    const doubt = this.#doubt
    if (doubt !== null) {
      const heldMs = Math.abs(errorMs - this.#errorMs)
      const followedMs = Math.abs(errorMs - (this.#errorMs - doubt.byMs))
      this.#settle(followedMs < heldMs ? 'followed' : 'ignored')
    }
    if (errorMs === 0 || Math.abs(errorMs - this.#errorMs) > sameMs) this.#errorMs = errorMs
  }

  #notice(aheadMs: number): void {
    const byMs = aheadMs - this.#aheadMs
    this.#aheadMs = aheadMs
    if (Math.abs(byMs) <= stepMs) return
    this.#errorMs += byMs
    this.#untoldStepMs += byMs
    this.#readings.clear()
    const doubtedMs = (this.#doubt?.byMs ?? 0) + byMs
    if (Math.abs(doubtedMs) <= stepMs) this.#settle('ignored')
    else this.#doubt = { byMs: doubtedMs, sinceMs: this.#clocks.monotonicMs() }
  }

  #follow(doubt: Step): void {
    this.#errorMs -= doubt.byMs
    if (Math.abs(this.#errorMs) <= toleratedMs) this.#errorMs = 0
    this.#settle('followed')
  }

  #settle(how: 'followed' | 'ignored'): void {
    this.#doubt = null
    this.#settled = how
  }
}

/** Of two in the middle the smaller error: where venues disagree, our clock has a vote too. */
function middleOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (upper === undefined || lower === undefined) return null
  return Math.abs(lower) <= Math.abs(upper) ? lower : upper
}
