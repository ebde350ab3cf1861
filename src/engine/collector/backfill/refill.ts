import type { Candle } from '../../../core/market/candle.ts'
import type { Trade } from '../../../core/market/event.ts'
import type { Instrument } from '../../../core/market/instrument.ts'
import type { Gap, GapKey } from '../../../core/market/ledger/gap.ts'
import type { Settlement } from '../../../core/market/ledger/settlement.ts'
import type { Applied } from '../../../core/pipeline/pipeline.ts'
import type { VenueError } from '../../../core/venue-error.ts'
import type { RestContext, Venue } from '../../../venues/venue.ts'
import type { Clock } from '../clock.ts'
import type { UntimedBackfillEvent } from './backfill-event.ts'
import type { BackfillCounters } from './backfill-figures.ts'
import type { KnownTradesQuery } from './known-trades.ts'

/** What the work on one gap needs of the world. */
export type RefillContext = {
  readonly venue: Venue
  readonly instrument: Instrument
  readonly clock: Clock
  readonly counters: BackfillCounters
  /** Trades that were taken in before, those of a moment ago with them; in no order. */
  readonly known: (query: KnownTradesQuery) => Promise<readonly Trade[]>
  readonly apply: (trade: Trade) => Applied
  readonly putCandles: (candles: readonly Candle[]) => void
  readonly tell: (event: UntimedBackfillEvent) => void
}

/** How the work on a gap goes on. `again`: as soon as it is its turn. */
export type RefillStep =
  | { readonly kind: 'again' }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'settle'; readonly settlement: Settlement }

/** The work on one gap: one question to the venue at a time. */
export interface Refill {
  /**
   * Asks the venue one thing and takes in the answer.
   *
   * @param gap As it is open now; it may have shrunk since the last step.
   * @param rest Once its signal is aborted, no answer is taken in any more.
   * @throws VenueError where the venue could not be asked; the step is to be tried again.
   */
  step(gap: Gap, rest: RestContext): Promise<RefillStep>
  /** The venue will not answer this question, whenever it is asked. */
  refused(gap: Gap, refusal: VenueError): RefillStep
}

/** The part of a gap that names it. */
export function keyOf(gap: Gap): GapKey {
  const { instrument, firstId, fromMs } = gap
  if (firstId !== null) return { instrument, firstId, fromMs }
  return { instrument, firstId, fromMs }
}
