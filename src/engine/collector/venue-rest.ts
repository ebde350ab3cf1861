import type { Trade } from '../../core/market/event.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { RestClient, RestContext, Venue, VenueEndpoints } from '../../venues/venue.ts'
import { judgeRecentPage } from './backfill/judge-page.ts'
import type { Clock } from './clock.ts'
import type { Governor } from './governor.ts'
import { createRestClient } from './rest-client.ts'
import type { RestLane } from './venue-budget.ts'

/** With what a venue's REST is asked. */
export type VenueRestOptions = {
  readonly venue: Venue
  readonly endpoints: VenueEndpoints
  readonly apiKey: string | null
  readonly userAgent: string
  readonly clock: Clock
  readonly governor: Governor
}

/** The REST of one venue, each lane of it inside the budget that its connections share. */
export class VenueRest {
  readonly #options: VenueRestOptions
  readonly #clients: Readonly<Record<RestLane, RestClient>>

  constructor(options: VenueRestOptions) {
    this.#options = options
    const { bans = [] } = options.venue.limits
    this.#clients = {
      live: createRestClient({ ...options, bans, lane: 'live' }),
      low: createRestClient({ ...options, bans, lane: 'low' })
    }
  }

  context(signal: AbortSignal, lane: RestLane = 'live'): RestContext {
    const { endpoints, apiKey } = this.#options
    return { rest: this.#clients[lane], restUrl: endpoints.restUrl, apiKey, signal }
  }

  /** What REST knows of an instrument; null where it has no history, or tells of it what cannot be. */
  async newestTrades(
    instrument: Instrument,
    limit: number,
    signal: AbortSignal
  ): Promise<readonly Trade[] | null> {
    const { venue, clock } = this.#options
    const page = await venue.fetchRecentTrades(this.context(signal), instrument, limit)
    const asked = { instrument: instrument.id, nowMs: clock.nowMs() }
    return page === null || judgeRecentPage(page, asked) !== null ? null : page.trades
  }
}
