import { healthyAfterMs } from '../../core/market/backoff.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { Attempts } from './attempts.ts'
import type { CloseCause } from './close-cause.ts'
import type { ConnectionStory } from './connection-story.ts'
import type { ConnectTicket } from './connect-queue.ts'
import type { LinkContext } from './link-options.ts'
import type { MarketFollower } from './market-follower.ts'

const failedRetryMs = 600_000

export type LinkSearchOptions = {
  readonly id: string
  /** Of those that wait to connect the lowest goes first. */
  readonly rank: number
  readonly context: LinkContext
  readonly story: ConnectionStory
  readonly market: MarketFollower
  instruments(): readonly Instrument[]
  /** It is its turn: opens a link. */
  connect(ticket: ConnectTicket): void
}

/** How a link was lost that another is sought for. */
export type LinkLoss = {
  readonly cause: CloseCause
  readonly healthyMs: number
  readonly wasOpen: boolean
}

/** What lies between two links of a connection: the wait for backoff, budget, venue or market, and the turn to connect. */
export class LinkSearch {
  readonly #options: LinkSearchOptions
  readonly #context: LinkContext
  readonly #story: ConnectionStory
  readonly #attempts: Attempts

  constructor(options: LinkSearchOptions) {
    this.#options = options
    this.#context = options.context
    this.#story = options.story
    const asker = { connection: options.id, rank: options.rank }
    this.#attempts = new Attempts(options.context, asker)
  }

  /** Losses since it was last healthy. */
  get inVain(): number {
    return this.#attempts.inVain
  }

  /** When the next attempt comes, or the venue is asked next, run clock; null while that is not known. */
  get nextMs(): number | null {
    return this.#attempts.nextMs
  }

  /** Waits for its turn, or for its market. */
  begin(): void {
    this.#attempts.cancel()
    if (this.#isMarketClosed()) return
    this.#story.enter('waiting', this.#context.governor.hold.reason)
    this.#attempts.seek({
      admitted: (ticket) => this.#admitted(ticket),
      held: ({ reason }) => this.#story.enter('waiting', reason)
    })
  }

  /** The same after an end on purpose, which counts for nothing. */
  beginAnew(): void {
    this.#attempts.forget()
    this.begin()
  }

  /** Waits as the cause of the loss wants it. */
  beginAfter(loss: LinkLoss): void {
    const { governor } = this.#context
    const { class: kind, text, retryAfterMs } = loss.cause
    const delayMs = this.#attempts.lost(loss.cause, loss.healthyMs)
    if (kind === 'rate' && retryAfterMs !== null) {
      governor.pause(Math.max(retryAfterMs, delayMs), { reason: 'rate', text })
    }
    if (kind === 'rate' || this.#isForVenue(loss)) this.begin()
    else this.#wait('waiting', 'backoff', delayMs)
  }

  /** Needs a person; looks again by itself after ten minutes, unless told when. */
  fail(text: string, retryMs = failedRetryMs): void {
    this.#wait('failed', text, Math.max(0, retryMs))
  }

  /** Skips the wait as asked by a person; false when it is none that can be skipped. */
  hurry(): boolean {
    const { state, reason } = this.#story
    if (state === 'waiting' && isOutage(reason)) {
      this.#story.note('retry asked for')
      this.#context.governor.hurry()
      return true
    }
    if (state !== 'failed' && (state !== 'waiting' || reason !== 'backoff')) return false
    this.#story.note('retry asked for')
    this.begin()
    return true
  }

  /** Looks whether the market it waits for opens; called every second. @returns False where it waits for none. */
  followMarket(): boolean {
    if (this.#story.state !== 'waiting' || this.#story.reason !== 'market') return false
    if (!this.#isMarketClosed()) this.begin()
    return true
  }

  cancel(): void {
    this.#attempts.cancel()
  }

  #admitted(ticket: ConnectTicket): void {
    if (this.#isMarketClosed()) ticket.ended(null)
    else this.#options.connect(ticket)
  }

  /** In an outage of the venue it is the venue that is waited for, unless the link was short-lived or its end wants a wait of its own. */
  #isForVenue({ cause, healthyMs, wasOpen }: LinkLoss): boolean {
    const { outage } = this.#context.governor
    if (outage === null) return false
    if (cause.concerns === 'venue' || outage.reason === 'maintenance') return true
    const isShortLived = wasOpen && healthyMs < healthyAfterMs
    return !isShortLived && cause.leastDelayMs === 0 && cause.spreadMs === 0
  }

  #wait(state: 'waiting' | 'failed', reason: string, delayMs: number): void {
    this.#story.enter(state, reason)
    this.#attempts.wait(delayMs, () => this.begin())
  }

  /** Where its market is closed it waits for that to open. */
  #isMarketClosed(): boolean {
    const gate = this.#options.market.gate(this.#options.instruments())
    if (gate.kind === 'open') return false
    this.#story.enter('waiting', 'market')
    this.#attempts.expect(gate.connectMs)
    return true
  }
}

function isOutage(reason: string | null): boolean {
  return reason === 'breaker' || reason === 'offline' || reason === 'maintenance'
}
