import type { MarketEvent } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { LinkMark } from '../../core/market/ledger/link-mark.ts'
import type { Random } from '../../core/market/random.ts'
import type { SilenceRule } from '../../core/market/silence.ts'
import type { ParsedFrame, Venue } from '../../venues/venue.ts'
import type { Clock } from './clock.ts'
import type { CloseCause } from './close-cause.ts'
import type { ConnectionTransition } from './connection-transition.ts'
import type { FrameTap } from './frame-tap.ts'
import type { Governor } from './governor.ts'
import type { HandoverSlots } from './handover-slots.ts'
import type { InstrumentWatch } from './instrument-watch.ts'
import type { Log } from './log.ts'
import type { ReceiveQueue } from './receive-queue.ts'
import type { NewestTrades } from './silence-proof.ts'
import type { SocketFactory } from './socket.ts'
import type { Traffic } from './traffic.ts'

/** What all connections of a venue share. */
export type LinkContext = {
  readonly venue: Venue
  readonly wsUrl: string
  readonly apiKey: string | null
  readonly userAgent: string
  readonly clock: Clock
  readonly random: Random
  readonly sockets: SocketFactory
  readonly governor: Governor
  readonly slots: HandoverSlots
  /** Names of the links that stand, be they ending. */
  readonly linkNames: Set<string>
  /** After which a link would be ended, ms; null: links are not replaced for their age. */
  readonly lifetimeMs: number | null
  /** Frames of all its sockets on their way in. */
  readonly received: ReceiveQueue
  readonly log: Log
  /** Hears all that goes over the sockets; null: nobody does. */
  readonly tap?: FrameTap | null
  /** Tells whether a silence is quiet; where it is missing, silence alone decides. */
  readonly newestTrades?: NewestTrades
  /** No link is ever taken for dead: only to see that a check of faults can fail. */
  readonly isBlind?: boolean
  /** Events of the frame at hand that say nothing of their instrument's activity; emptied with it. */
  readonly discounted: Set<MarketEvent>
  /** Called once a frame, in order of arrival; must be quick. */
  onEvents(link: string, events: readonly MarketEvent[], receivedMs: number): void
  /** A link began or ceased to carry instruments. */
  onLink(mark: LinkMark): void
  /** The venue refused instruments on some connection. */
  onRefused?(instruments: readonly InstrumentId[]): void
  /** A connection's state changed. */
  onTransition?(transition: ConnectionTransition): void
}

/** What a link needs from its connection, and leaves behind there. */
export type LinkOptions = {
  readonly context: LinkContext
  /** Id of the connection, `coinbase-03`; with a `+` for the second link of a handover. */
  readonly name: string
  /** Those that the connection wants now. */
  instruments(): readonly Instrument[]
  readonly watch: InstrumentWatch
  readonly silence: SilenceRule
  readonly traffic: Traffic
  /** Most instruments of one subscribe message; as many as the venue takes unless given. */
  readonly batch?: number
  /** The link before was ended for its silence. */
  readonly afterSilence: boolean
  readonly listener: LinkListener
}

/** What the venue announced: that it will end the link, that we ask too much, or anything else. */
export type VenueNotice = Extract<ParsedFrame, { kind: 'notice' }>['code']

/** Hears one link. `ended` comes once, last. */
export type LinkListener = {
  opened(): void
  /** All subscriptions are settled: data may be expected. */
  subscribed(): void
  refused(instruments: readonly InstrumentId[], reason: string): void
  /** A detector fired; the link is being ended. */
  suspected(text: string): void
  noticed(code: VenueNotice, text: string): void
  ended(cause: CloseCause): void
}
