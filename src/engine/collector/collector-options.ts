import type { MarketEvent } from '../../core/market/event.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { Selection } from '../../core/market/instrument-selection.ts'
import type { LinkMark } from '../../core/market/ledger/link-mark.ts'
import type { Random } from '../../core/market/random.ts'
import type { Venue, VenueEndpoints } from '../../venues/venue.ts'
import type { Clock } from './clock.ts'
import type { ConnectionTransition } from './connection-transition.ts'
import type { FrameTap } from './frame-tap.ts'
import type { InstrumentCache } from './instrument-cache.ts'
import type { Log } from './log.ts'
import type { MarketHours } from './market-hours.ts'
import type { Reachability } from './reachability.ts'
import type { ReceiveQueue } from './receive-queue.ts'
import type { SocketFactory } from './socket.ts'
import type { VenueBudget } from './venue-budget.ts'

/** What one venue is collected with, and who hears of it. */
export type CollectorOptions = {
  readonly venue: Venue
  readonly endpoints: VenueEndpoints
  readonly apiKey: string | null
  readonly selection: Selection
  /** Symbols, each always fed by two connections of its shard; only for venues that number their trades. */
  readonly priority: readonly string[]
  /** Instruments on one connection; null: the venue's usual number. More than its most is cut to that. */
  readonly perConnection: number | null
  /** After which links are replaced, less a 24th or two, ms; null: the venue's own lifetime, if it has one. */
  readonly lifetimeMs: number | null
  /** Sent as `User-Agent`: `tapedeck/1.2.3`. */
  readonly userAgent: string
  readonly clock: Clock
  readonly random: Random
  readonly sockets: SocketFactory
  /** Whoever made it drains it; may be shared with other collectors. */
  readonly received: ReceiveQueue
  readonly cache: InstrumentCache | null
  /** Shared with the venues that count together with this one; its own unless given. */
  readonly budget?: VenueBudget
  /** Shared by all collectors of a run; without it, offline is judged by this venue alone. */
  readonly reachability?: Reachability
  /** Null: connects at any hour (`--skip-market-hours`, or no calendar in use). */
  readonly marketHours: MarketHours | null
  /** No link is ever taken for dead: only to see that a check of faults can fail. */
  readonly isBlind?: boolean
  readonly log: Log
  /** Hears all that goes over the sockets; null: nobody does. */
  readonly tap?: FrameTap | null
  /** Events of one frame, in order, once the frame is taken in; must be quick. `link` as in link marks. */
  onEvents(link: string, events: readonly MarketEvent[], receivedMs: number): void
  /** A link began or ceased to carry instruments; with overlapping links each tells for itself. */
  onLink(mark: LinkMark): void
  /** State, instruments or log of a connection changed, or it came or went. */
  onConnectionChanged(connection: string): void
  /** A connection's state changed; told before `onConnectionChanged`. */
  onTransition?(transition: ConnectionTransition): void
  /**
   * Makes instruments known before their connections open, which wait for it; called for one list at a
   * time. Those for which it rejects are not collected until they are found again.
   */
  readonly prepare?: (instruments: readonly Instrument[]) => Promise<void>
  /** The list of collected instruments changed; called before any of their events. */
  onInstrumentsChanged(instruments: readonly Instrument[]): void
}
