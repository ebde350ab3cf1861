import { planRetry } from '../../core/market/backoff.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { Random } from '../../core/market/random.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestContext, Venue } from '../../venues/venue.ts'
import type { Clock, Timer } from './clock.ts'
import { parseInstruments } from '../../core/market/instrument-list.ts'
import type { InstrumentCache } from './instrument-cache.ts'
import type { Log } from './log.ts'

const leastRetryMs = 1_000
/** The whole list is looked at again so often, ms: instruments are listed and delisted. */
const relistMs = 3_600_000
/** And not more often, whatever is suspected, ms. */
const leastRelistMs = 60_000

export type DiscoveryOptions = {
  readonly venue: Venue
  readonly rest: RestContext
  readonly cache: InstrumentCache | null
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** All that is known now; called again when more is. Never empty. `isWhole`: what is not in it is not offered. */
  onFound(offered: readonly Instrument[], isWhole: boolean): void
}

/**
 * Finds out what a venue offers, goes on trying in the background until the list is whole, and looks
 * at it again once an hour.
 *
 * A venue that cannot be reached gives the list of the last run; a partial answer is filled up from it.
 */
export class InstrumentDiscovery {
  readonly #options: DiscoveryOptions
  #cached: readonly Instrument[] | null = null
  #attempt = 0
  #timer: Timer | null = null
  #problem: string | null = null
  #isClosed = false
  #isAsking = false
  /** When the list was whole last, monotonic; null before it ever was. */
  #wholeMs: number | null = null

  constructor(options: DiscoveryOptions) {
    this.#options = options
  }

  /** Why the list is not the venue's own and whole; null when it is, or the first answer is still awaited. */
  get problem(): string | null {
    return this.#problem
  }

  start(): void {
    void this.#run()
  }

  /** Something was refused or missed: looks again soon, once the list was whole. */
  lookAgain(): void {
    if (this.#wholeMs === null || this.#isAsking || this.#isClosed) return
    const ageMs = this.#options.clock.monotonicMs() - this.#wholeMs
    this.#after(Math.max(leastRetryMs, leastRelistMs - ageMs))
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  /** Never rejects: everything that fails is a problem, told and tried again. */
  async #run(): Promise<void> {
    const { venue, rest, log } = this.#options
    this.#isAsking = true
    try {
      const found = await venue.discover(rest)
      if (this.#isClosed) return
      for (const text of found.problems) log.warn('discovery-problem', { venue: venue.id, text })
      if (found.complete) await this.#complete(found.instruments)
      else await this.#partial(found.instruments)
    } catch (error) {
      if (this.#isClosed) return
      if (!(error instanceof VenueError))
        log.error('discovery-broken', { venue: venue.id, text: String(error) })
      await this.#failed(error instanceof Error ? error.message : String(error))
    } finally {
      this.#isAsking = false
    }
  }

  async #complete(instruments: readonly Instrument[]): Promise<void> {
    if (instruments.length === 0) {
      await this.#failed('the venue offered nothing')
      return
    }
    this.#problem = null
    this.#attempt = 0
    this.#wholeMs = this.#options.clock.monotonicMs()
    this.#after(relistMs)
    this.#options.onFound(instruments, true)
    await this.#save(instruments)
  }

  async #partial(instruments: readonly Instrument[]): Promise<void> {
    if (this.#wholeMs !== null) {
      this.#after(leastRelistMs)
      return
    }
    const { name } = this.#options.venue
    const known = new Map((await this.#loadCached()).map((each) => [each.id, each]))
    for (const instrument of instruments) known.set(instrument.id, instrument)
    if (this.#isClosed) return
    this.#again(`${name} gave only a part of its instruments`)
    if (known.size > 0) this.#options.onFound([...known.values()], false)
  }

  async #failed(why: string): Promise<void> {
    if (this.#wholeMs !== null) {
      this.#after(leastRelistMs)
      return
    }
    const { name } = this.#options.venue
    const cached = await this.#loadCached()
    if (this.#isClosed) return
    const meanwhile = cached.length === 0 ? '' : '; using the list of the last run'
    this.#again(`${name} does not list its instruments: ${why}${meanwhile}`)
    if (cached.length > 0) this.#options.onFound(cached, false)
  }

  #again(problem: string): void {
    const { random, log, venue } = this.#options
    if (problem !== this.#problem) log.warn('discovery-problem', { venue: venue.id, text: problem })
    this.#problem = problem
    const retry = planRetry({ attempt: this.#attempt, healthyMs: 0 }, random)
    this.#attempt = retry.attempt
    this.#after(Math.max(leastRetryMs, retry.delayMs))
  }

  #after(delayMs: number): void {
    this.#timer?.cancel()
    this.#timer = this.#options.clock.after(delayMs, () => void this.#run())
  }

  async #loadCached(): Promise<readonly Instrument[]> {
    const { cache, venue, log } = this.#options
    if (cache === null) return []
    if (this.#cached !== null) return this.#cached
    try {
      const content = await cache.load()
      this.#cached = parseInstruments(content, venue.id) ?? []
      if (content !== null && this.#cached.length === 0) {
        log.warn('instrument-cache-unusable', { venue: venue.id })
      }
    } catch (error) {
      log.warn('instrument-cache-unusable', { venue: venue.id, text: String(error) })
      this.#cached = []
    }
    return this.#cached
  }

  async #save(instruments: readonly Instrument[]): Promise<void> {
    const { cache, venue, log } = this.#options
    try {
      await cache?.save(instruments)
    } catch (error) {
      log.warn('instrument-cache-not-saved', { venue: venue.id, text: String(error) })
    }
  }
}
