import type { InstrumentId } from '../core/market/instrument.ts'
import type { Gap } from '../core/market/ledger/gap.ts'
import type { TapeMarkRecord } from '../core/market/ledger/tape-mark-record.ts'
import type { RebuildRequest, RebuildResult } from '../core/market/rebuild.ts'
import { tickTailTrades } from '../core/market/tick-candles.ts'
import type { ArrivedTrade } from '../core/market/trade-order.ts'
import type { IntervalSpec } from '../core/market/interval.ts'
import { findVenue } from '../venues/registry.ts'
import type {
  IsPlayed,
  TapeInstrument,
  TapeLedgerContent,
  TapeRange,
  TapeSource,
  TapeStretch
} from './replay/tape-source.ts'
import { gapOfLoss } from './storage/damage-rows.ts'
import { dayRuleOf } from './storage/day-rule.ts'
import type { SnapshotReader } from './storage/snapshot-reader.ts'
import type { StoredInstrument } from './storage/stored-instruments.ts'
import type { StoredReel } from './storage/stored-reel.ts'

const hourMs = 3_600_000
const farHour = 2 ** 40
/** Of a venue that this program does not know. */
const usualGraceMs = 2_000

/** One state of a store, as what a replay plays. */
export class StoredTape implements TapeSource {
  readonly instruments: readonly TapeInstrument[]
  readonly endArrival: number
  readonly #reel: StoredReel
  readonly #stored: ReadonlyMap<InstrumentId, StoredInstrument>
  readonly #tail: number

  constructor(
    snapshot: SnapshotReader,
    played: readonly StoredInstrument[],
    intervals: readonly IntervalSpec[]
  ) {
    this.#reel = snapshot.reel(played)
    this.#stored = new Map(played.map((of) => [of.id, of]))
    this.endArrival = this.#reel.endArrival
    this.instruments = played.map((of) => {
      const { instrument } = snapshot.record(of)
      return {
        instrument,
        tradeIds: of.tradeIds,
        graceMs: graceOf(instrument.venue),
        dayOf: dayRuleOf(of)
      }
    })
    this.#tail = tickTailTrades(
      intervals.flatMap((spec) => (spec.kind === 'tick' ? [spec.tradesPerCandle] : []))
    )
  }

  hours({ fromMs, toMs }: TapeRange): readonly number[] {
    const first = Math.max(Math.floor(fromMs / hourMs), -farHour)
    return this.#reel.hours(first, Math.min(Math.ceil(toMs / hourMs) - 1, farHour))
  }

  stretches(hour: number): readonly TapeStretch[] {
    return this.#reel.stretches(hour)
  }

  marks(range: TapeRange): readonly TapeMarkRecord[] {
    return this.#reel.marks(range)
  }

  ledger(instrument: InstrumentId): TapeLedgerContent {
    return this.#reel.ledger(this.#of(instrument))
  }

  rebuild(
    request: RebuildRequest,
    isPlayed: IsPlayed,
    nowMs: number
  ): Omit<RebuildResult, 'beforeArrival'> {
    const of = this.#of(request.instrument)
    const graceMs = graceOf(of.id.slice(0, of.id.indexOf(':')))
    const finality = { runNowMs: nowMs, graceMs }
    return this.#reel.rebuild(of, request, { isPlayed, finality, tail: this.#tail })
  }

  /** Trades of a range of venue time in TradeOrder; all of them are held. */
  trades(instrument: InstrumentId, range: TapeRange): readonly ArrivedTrade[] {
    return this.#reel.trades(this.#of(instrument), range)
  }

  takeLosses(): readonly (Gap & { readonly firstId: null })[] {
    const losses = this.#reel.takeLosses().filter(({ instrument }) => this.#stored.has(instrument))
    return [...losses.map(gapOfLoss), ...this.#reel.takeForgotten()]
  }

  /** Files that could not be read, in words; their trades were left out. */
  takeDamage(): readonly string[] {
    return this.#reel.takeDamage()
  }

  close(): void {
    this.#reel.close()
  }

  #of(instrument: InstrumentId): StoredInstrument {
    const of = this.#stored.get(instrument)
    if (of === undefined) throw new Error(`expected a played instrument, received ${instrument}`)
    return of
  }
}

function graceOf(venue: string): number {
  return findVenue(venue)?.graceMs ?? usualGraceMs
}
