import type { SimInstrument } from '../market.ts'
import type { SimConnection } from './sim-connection.ts'

/** One named stream of a simulated venue: who joins gets its frames until it leaves. */
export interface ChannelFeed {
  /** Starts the stream for a connection, with whatever the venue sends first. */
  join(connection: SimConnection, instrument: SimInstrument): void
  leave(connection: SimConnection, instrument: SimInstrument): void
  /** Ends its timers. */
  close(): void
}
