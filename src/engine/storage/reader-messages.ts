import type { CandleQuery, TradeRecord } from '../../contracts/state-stream.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval } from '../../core/market/interval.ts'
import type { StorageErrorData } from './storage-error.ts'
import type { GapRecord, GapsQuery } from './stored-gaps.ts'
import type { StoreFigures, StoredCandles, StoredSeed, TradesQuery } from './store.ts'

/** What the reader thread is started with. */
export type ReaderSetup = { readonly file: string }

/** One question; the thread answers each before it takes the next. */
export type ReaderRequest =
  | { readonly kind: 'candles'; readonly query: CandleQuery }
  | { readonly kind: 'trades'; readonly query: TradesQuery }
  | { readonly kind: 'gaps'; readonly query: GapsQuery }
  | {
      readonly kind: 'seed'
      readonly instruments: readonly InstrumentId[]
      readonly intervals: readonly Interval[]
      readonly nowMs: number
    }
  | { readonly kind: 'figures' }
  | { readonly kind: 'close' }

export type ReaderReply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'candles'; readonly result: StoredCandles }
  | { readonly kind: 'trades'; readonly result: readonly TradeRecord[] }
  | { readonly kind: 'gaps'; readonly result: readonly GapRecord[] }
  | { readonly kind: 'seed'; readonly result: readonly StoredSeed[] }
  | { readonly kind: 'figures'; readonly result: StoreFigures }
  | { readonly kind: 'failed'; readonly error: StorageErrorData }
