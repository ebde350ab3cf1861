import { createTokenBucket } from '../../core/market/token-bucket.ts'
import type { TokenBucket } from '../../core/market/token-bucket.ts'
import type { WaitingReason } from '../../contracts/shapes.ts'
import type { VenueLimits } from '../../venues/venue.ts'
import { Breaker } from './breaker.ts'
import type { BreakerHold, Failure, Outage } from './breaker.ts'
import type { Clock, Timer } from './clock.ts'
import type { CloseCause } from './close-cause.ts'
import { Reachability } from './reachability.ts'
import type { Reach, ReachMembership } from './reachability.ts'
import { VenueBudget } from './venue-budget.ts'
import type { RestLane } from './venue-budget.ts'

/** Pause of a venue that would not let us in; trying on would make it worse, ms. */
const refusedPauseMs = 300_000
const releaseForMs = 60_000
const windowMs = 300_000

/** The right to try one connection; its holder says how it went. */
export type ConnectTicket = {
  opened(): void
  /** Once, opened or not. Null: on purpose, or nothing was tried; else how it was lost. */
  ended(loss: CloseCause | null): void
}

/** Why a connection has to wait, and when the venue is asked next: epoch ms of the run clock, null for just now or unknown. */
export type Hold = {
  readonly reason: Extract<WaitingReason, 'rate' | 'breaker' | 'offline' | 'maintenance'>
  readonly nextMs: number | null
}

/** Who wants to connect. */
export type Asker = {
  readonly connection: string
  /** The lowest goes first, be it later to ask; of equals the first to ask. */
  readonly rank: number
  admitted(ticket: ConnectTicket): void
  /** Why it has to wait, and each time that changes. */
  held?(hold: Hold): void
}

/** A place in the queue for a ticket; cancelling it does nothing once admitted. */
export type Admission = { cancel(): void }

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
  readonly #release: TokenBucket
  readonly #reachability: Reachability
  readonly #membership: ReachMembership
  readonly #isIdle: () => boolean
  readonly #leaveBudget: () => void
  readonly #onOutage: (outage: Outage | null) => void
  #queue: Asker[] = []
  #probe: ConnectTicket | null = null
  #releasedUntilMs = -Infinity
  #timer: Timer | null = null
  #told: Hold | null = null
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
    const perSecond = connects.releasePerSecond ?? connects.perSecond / 2
    this.#release = createTokenBucket({ burst: 1, perSecond }, clock.monotonicMs())
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
    const at = this.#queue.findIndex(({ rank }) => rank > asker.rank)
    this.#queue.splice(at < 0 ? this.#queue.length : at, 0, asker)
    this.#pump()
    if (this.#queue.includes(asker)) asker.held?.(this.hold)
    return {
      cancel: () => {
        this.#queue = this.#queue.filter((other) => other !== asker)
        if (this.#queue.length === 0) this.#disarm()
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
    this.#queue = []
    this.#disarm()
    this.#leaveBudget()
    this.#membership.leave()
  }

  #pump(): void {
    this.#disarm()
    while (this.#queue.length > 0 && this.#probe === null) {
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
    const isReleasing = nowMs < this.#releasedUntilMs
    return isReleasing ? Math.max(budgetMs, this.#release.waitMs(nowMs)) : budgetMs
  }

  #grant(): void {
    const asker = this.#queue.shift()
    if (asker === undefined) return
    const nowMs = this.#clock.monotonicMs()
    this.#budget.takeConnect()
    if (nowMs < this.#releasedUntilMs) this.#release.take(nowMs)
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
    if (hadOutage) this.#releasedUntilMs = this.#clock.monotonicMs() + releaseForMs
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
    const told = this.#told
    if (told !== null && told.reason === hold.reason && isNear(told.nextMs, hold.nextMs)) return
    this.#told = hold
    for (const asker of [...this.#queue]) asker.held?.(hold)
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}

function isNear(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) < 100
}
