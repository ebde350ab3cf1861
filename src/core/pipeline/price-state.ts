import type { Anchor, Quote, Statistics, Trade } from '../market/event.ts'
import type { InstrumentId } from '../market/instrument.ts'

/** What is known of an instrument's price now. A view: late and repeated events change no past. */
export type PriceState = {
  readonly instrument: InstrumentId
  /** The later of newest trade and anchor, by id where ids count on, else by venue time; null while neither came. */
  readonly latest: Trade | Anchor | null
  /** Price of `latest`. */
  readonly price: number | null
  /** Newest trade in TradeOrder, after a restart from the store; null when there is none. */
  readonly lastTrade: Trade | null
  /** The trade before the subscription, as the venue told it; null where none did. */
  readonly anchor: Anchor | null
  readonly quote: Quote | null
  readonly statistics: Statistics | null
  /** Trades applied in the last 60 s of the run clock. */
  readonly tradesLastMinute: number
  /** Venue time of the newest trade, quote or statistics; null before the first of this run. */
  readonly lastEventMs: number | null
  /** Receive time of the latest trade, quote or statistics of this run; heartbeats do not count. */
  readonly lastReceivedMs: number | null
  /** Receive time of the latest heartbeat of this instrument; null before the first. */
  readonly lastHeartbeatMs: number | null
}
