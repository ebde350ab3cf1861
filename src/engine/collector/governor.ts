import type { VenueLimits } from '../../venues/venue.ts'
import { Breaker } from './breaker.ts'
import type { BreakerHold, Failure, Outage } from './breaker.ts'
import type { Clock, Timer } from './clock.ts'
import { ConnectQueue } from './connect-queue.ts'
import type { Admission, Asker, ConnectTicket, Hold } from './connect-queue.ts'
import { Reachability } from './reachability.ts'
import type { Reach, ReachMembership } from './reachability.ts'
import { ReleasePace } from './release-pace.ts'
import { VenueBudget } from './venue-budget.ts'
import type { RestLane } from './venue-budget.ts'

/** Pause of a venue that would not let us in; trying on would make it worse, ms. */
const refusedPauseMs = 300_000
const windowMs = 300_000

/** What a governor shares with those of other venues, and knows of its connections. */
export type GovernorParts = {
  /** One of its own unless given. */
  readonly budget?: VenueBudget
  readonly reachability?: Reachability
  /** The name that venues of one budget share. */
  readonly place?: string
  /** How many connections the venue has. */
  connections?(): number
  /** No connection is wanted now, its market being closed or for the like. */
  isIdle?(): boolean
  /** All connections are held back for another reason than before, or no longer. */
  onOutage?(outage: Outage | null): void
}

/**
 * Lets the connections of one venue be opened: within the budget, and in an outage one at a time.
 *
 * Once a probe opened, the others follow at no more than half of the rate that the venue allows,
 * those of the lowest rank first.
 */
export class Governor {
  readonly #clock: Clock
  readonly #budget: VenueBudget
  readonly #breaker: Breaker
  readonly #release: ReleasePace
  readonly #reachability: Reachability
  readonly #membership: ReachMembership
  readonly #isIdle: () => boolean
  readonly #leaveBudget: () => void
  readonly #onOutage: (outage: Outage | null) => void
  readonly #queue = new ConnectQueue()
  #probe: ConnectTicket | null = null
  #timer: Timer | null = null
  #toldOutage: Outage['reason'] | null = null
  /** What the pause about to be is for; else another venue of the budget asked for it. */
  #pausing: Pick<BreakerHold, 'reason' | 'text'> | null = null

  constructor(
    limits: Pick<VenueLimits, 'connects' | 'rest'>,
    clock: Clock,
    parts: GovernorParts = {}
  ) {
    const { connects } = limits
    this.#clock = clock
    this.#budget = parts.budget ?? new VenueBudget(limits, clock)
    this.#isIdle = () => parts.isIdle?.() ?? false
    this.#onOutage = (outage) => parts.onOutage?.(outage)
    const leastProbeMs = connects.per5Minutes === null ? 0 : (2 * windowMs) / connects.per5Minutes
    this.#breaker = new Breaker(() => parts.connections?.() ?? 1, leastProbeMs)
    this.#release = new ReleasePace(connects, clock.monotonicMs())
    this.#leaveBudget = this.#budget.onPaused(() => this.#paused())
    this.#reachability = parts.reachability ?? new Reachability()
    this.#membership = this.#reachability.join({
      place: parts.place ?? 'here',
      reach: () => this.#reach(),
      offlineChanged: () => this.#tell()
    })
  }

  /** What all connections wait for; null while they may be opened. */
  get outage(): Outage | null {
    return this.#breaker.outage
  }

  /** All venues are out of reach. */
  get isOffline(): boolean {
    return this.#reachability.isOffline && this.outage?.reason === 'breaker'
  }

  /** Why one that asks now would have to wait. */
  get hold(): Hold {
    const { outage } = this
    if (outage === null) return { reason: 'rate', nextMs: null }
    const reason = this.isOffline ? 'offline' : outage.reason
    if (this.#probe !== null) return { reason, nextMs: null }
    const waitMs = Math.max(0, outage.probeMs - this.#clock.monotonicMs())
    return { reason, nextMs: this.#clock.nowMs() + waitMs }
  }

  /** Queues for a ticket; `admitted` is called at once where nothing is in the way. */
  admit(asker: Asker): Admission {
    this.#queue.add(asker)
    this.#pump()
    if (this.#queue.has(asker)) asker.held?.(this.hold)
    return {
      cancel: () => {
        this.#queue.remove(asker)
        if (this.#queue.isEmpty) this.#disarm()
      }
    }
  }

  /**
   * Pauses everything asked of the venue.
   *
   * @param waitMs What the venue said; null: 30 s, doubling with each pause in a row, at most 10 min.
   * @param why `rate`: the venue asked for it. `breaker`: it would let nobody in.
   * @returns How long the pause is from now, ms.
   */
  pause(
    waitMs: number | null,
    why: Pick<BreakerHold, 'reason' | 'text'> = { reason: 'rate', text: 'asked too much' }
  ): number {
    this.#pausing = why
    const pauseMs = this.#budget.pause(waitMs)
    this.#pausing = null
    return pauseMs
  }

  /** The venue announced its maintenance. */
  announced(): void {
    this.#breaker.announced(this.#clock.monotonicMs())
  }

  /** Ms until the present pause ends, 0 when there is none. */
  pausedMs(): number {
    return this.#budget.pausedMs()
  }

  /** See `VenueBudget.takeRest`. */
  takeRest(lane: RestLane = 'live'): number {
    return this.#budget.takeRest(lane)
  }

  /** See `VenueBudget.waitLive`. */
  waitLive(): () => void {
    return this.#budget.waitLive()
  }

  /** The venue answered a REST request. */
  answered(): void {
    this.#budget.served()
  }

  /** Has the venue probed now, unless it asked for a pause. */
  hurry(): void {
    this.#breaker.hurry(this.#clock.monotonicMs())
    this.#pump()
  }

  /** A connection is no more, or goes on by a link that was open already: it is not down. */
  forget(connection: string): void {
    this.#breaker.forget(connection)
  }

  /** Looks whether all venues are out of reach; called every second. */
  tick(): void {
    this.#breaker.settle(this.#clock.monotonicMs())
    this.#membership.look()
    this.#tell()
  }

  close(): void {
    this.#queue.clear()
    this.#disarm()
    this.#leaveBudget()
    this.#membership.leave()
  }

  #pump(): void {
    this.#disarm()
    while (!this.#queue.isEmpty && this.#probe === null) {
      const waitMs = this.#waitMs()
      if (waitMs > 0) {
        this.#timer = this.#clock.after(waitMs, () => this.#pump())
        break
      }
      this.#grant()
    }
    this.#tell()
  }

  #waitMs(): number {
    const nowMs = this.#clock.monotonicMs()
    const budgetMs = this.#budget.connectWaitMs()
    const { outage } = this
    if (outage !== null) return Math.max(budgetMs, outage.probeMs - nowMs)
    return Math.max(budgetMs, this.#release.waitMs(nowMs))
  }

  #grant(): void {
    const asker = this.#queue.take()
    if (asker === null) return
    const nowMs = this.#clock.monotonicMs()
    this.#budget.takeConnect()
    this.#release.take(nowMs)
    const ticket = this.#createTicket(asker.connection)
    if (this.outage !== null) {
      this.#probe = ticket
      this.#breaker.probing(nowMs)
    }
    asker.admitted(ticket)
  }

  #createTicket(connection: string): ConnectTicket {
    let hasOpened = false
    const ticket: ConnectTicket = {
      opened: () => {
        hasOpened = true
        this.#opened(connection)
      },
      ended: (loss) => {
        if (this.#probe === ticket) this.#probe = null
        if (loss !== null) this.#lost({ connection, cause: loss, wasOpen: hasOpened })
        this.#changed()
      }
    }
    return ticket
  }

  #opened(connection: string): void {
    const hadOutage = this.outage !== null
    this.#breaker.opened(connection)
    this.#probe = null
    this.#budget.served()
    if (hadOutage) this.#release.begin(this.#clock.monotonicMs())
    this.#changed()
  }

  #lost(failure: Failure): void {
    const { class: kind, text, retryAfterMs } = failure.cause
    this.#breaker.failed(failure, this.#clock.monotonicMs())
    if (kind === 'rate') this.pause(retryAfterMs, { reason: 'rate', text })
    if (kind === 'auth') {
      this.pause(Math.max(refusedPauseMs, retryAfterMs ?? 0), { reason: 'breaker', text })
    }
  }

  #paused(): void {
    const nowMs = this.#clock.monotonicMs()
    const untilMs = nowMs + this.#budget.pausedMs()
    const why = this.#pausing ?? { reason: 'rate', text: 'another of its venues asked for a pause' }
    this.#breaker.hold({ ...why, untilMs }, nowMs)
    this.#changed()
  }

  #changed(): void {
    this.#membership.look()
    this.#pump()
  }

  #reach(): Reach {
    const { outage } = this
    if (outage?.reason === 'breaker' && outage.isDown) {
      return { state: 'down', isOffNet: outage.isOffNet }
    }
    const isLeftAlone = outage !== null && outage.reason !== 'rate'
    return { state: isLeftAlone || this.#isIdle() ? 'idle' : 'reached', isOffNet: false }
  }

  /** Tells those who wait why, where that changed. */
  #tell(): void {
    const { hold, outage } = this
    if ((outage?.reason ?? null) !== this.#toldOutage) {
      this.#toldOutage = outage?.reason ?? null
      this.#onOutage(outage)
    }
    this.#queue.tell(hold)
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
