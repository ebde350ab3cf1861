import type { SimVenueServer } from '../market.ts'

/** How often each limit was met since the server started. */
type Breaches = {
  /** Upgrades refused for coming too fast. */
  readonly connects: number
  /** Client messages beyond the allowed rate or form. */
  readonly messages: number
  /** REST requests refused, those of banned addresses included. */
  readonly requests: number
  /** Times an address was shut out of REST for a while. */
  readonly bans: number
  /** Connections cut because they read too slowly. */
  readonly slowConsumers: number
  /** Connections cut because they asked for nothing. */
  readonly idle: number
}

/** A venue's server that enforces limits and tells how often. */
export type LimitedVenueServer = Omit<SimVenueServer, 'breaches'> & { breaches(): Breaches }
