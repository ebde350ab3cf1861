import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { Coverage } from '../../core/market/ledger/coverage.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { TapeMarkRecord } from '../../core/market/ledger/tape-mark-record.ts'
import type { RebuildRequest, RebuildResult } from '../../core/market/rebuild.ts'
import type { TradeIds } from '../../core/market/trade-order.ts'
import type { DayRule } from '../../core/market/trading-day.ts'
import type { TapeRows } from '../../recordings/tape-rows.ts'

/** Half-open, epoch ms. */
export type TapeRange = { readonly fromMs: number; readonly toMs: number }

/** An instrument as it was recorded, and by which rules its candles are built. */
export type TapeInstrument = {
  readonly instrument: Instrument
  readonly tradeIds: TradeIds
  readonly graceMs: number
  readonly dayOf: DayRule
}

/** Trades that are read at once, in order of arrival. */
export interface TapeStretch {
  /** None of its trades arrived before. */
  readonly firstArrival: number
  /** Its trades of the played instruments, those of others may be among them; null where they cannot be read. */
  read(): TapeRows | null
}

/** What the truth ledger holds of an instrument. */
export type TapeLedgerContent = {
  /** By start. */
  readonly coverage: readonly Coverage[]
  /** As known now. */
  readonly gaps: readonly Gap[]
}

/** Tells whether a trade was played already. */
export type IsPlayed = (eventMs: number, arrival: number) => boolean

/** One state of a store, read as a tape. */
export interface TapeSource {
  /** Played ones; at least one. */
  readonly instruments: readonly TapeInstrument[]
  /** One more than the arrival of any trade. */
  readonly endArrival: number
  /** Hours of venue time that hold trades, floor(epoch ms / 3600000), ascending; reading begins anew. */
  hours(range: TapeRange): readonly number[]
  stretches(hour: number): readonly TapeStretch[]
  /** Trades that could not be read when hours were opened and stretches read since this was last asked; a loss may come twice. */
  takeLosses(): readonly (Gap & { readonly firstId: null })[]
  /** In the order in which they became known; those of gaps before the range too, as far as they reach into it. */
  marks(range: TapeRange): readonly TapeMarkRecord[]
  ledger(instrument: InstrumentId): TapeLedgerContent
  /** Builds candles of the trades that were played. @param nowMs Decides which are final. */
  rebuild(
    request: RebuildRequest,
    isPlayed: IsPlayed,
    nowMs: number
  ): Omit<RebuildResult, 'beforeArrival'>
}
