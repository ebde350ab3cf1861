import type { GapKey } from '../../../core/market/ledger/gap.ts'
import type { Settlement } from '../../../core/market/ledger/settlement.ts'
import type { InstrumentId } from '../../../core/market/instrument.ts'
import type { TradeIdRange } from '../../../venues/venue.ts'

/** What backfill decided or did, for the log and the tape. `atMs`: run clock, epoch ms. */
export type BackfillEvent = { readonly atMs: number } & (
  | {
      readonly kind: 'asked'
      readonly key: GapKey
      /** `recent`: the newest trades the venue serves, whatever their ids. */
      readonly what: 'trades' | 'recent' | 'candles'
      /** Ids asked for; null where the question names none. */
      readonly range: TradeIdRange | null
    }
  /** A page was found sound and applied. `stored`: those of its trades that were new. */
  | {
      readonly kind: 'applied'
      readonly key: GapKey
      readonly trades: number
      readonly stored: number
    }
  | { readonly kind: 'candles'; readonly key: GapKey; readonly candles: number }
  /** A page contradicts what is known; nothing of it was applied. Told once for each gap. */
  | { readonly kind: 'refused'; readonly key: GapKey; readonly reason: string }
  /** A request failed. Told for the first failure of a row. `retryMs`: when it is tried again, from now. */
  | {
      readonly kind: 'failed'
      readonly key: GapKey
      readonly reason: string
      readonly retryMs: number
    }
  | { readonly kind: 'settled'; readonly settlement: Settlement }
  /** The newest trade that the venue knows of, handed to the pipeline as an anchor. */
  | { readonly kind: 'tail'; readonly instrument: InstrumentId; readonly id: number | string }
)

/** An event before its time is set. */
export type UntimedBackfillEvent = BackfillEvent extends infer Event
  ? Event extends BackfillEvent
    ? Omit<Event, 'atMs'>
    : never
  : never
