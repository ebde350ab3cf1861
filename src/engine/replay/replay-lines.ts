import { candleShapeOf, gapShapeOf } from '../../contracts/market-shapes.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { Trade } from '../../core/market/event.ts'
import type { TapeMarkRecord } from '../../core/market/ledger/tape-mark-record.ts'
import type { TapeMarkShape } from '../../contracts/shapes.ts'
import type { ReplayListener } from './tape-replay.ts'

/** What a replay tells, as lines of JSON, until they are taken. Bound: what is played between two takes. */
export class ReplayLines implements ReplayListener {
  readonly #withCandles: boolean
  #lines: string[] = []
  #candles = 0
  #fromMs = Infinity
  #toMs = -Infinity

  /** @param withCandles Without them events alone are told. */
  constructor(withCandles: boolean) {
    this.#withCandles = withCandles
  }

  /** Candle lines so far. */
  get candleLines(): number {
    return this.#candles
  }

  /** Venue time of the earliest and the latest trade; null before the first. */
  get times(): { readonly fromMs: number; readonly toMs: number } | null {
    return this.#fromMs <= this.#toMs ? { fromMs: this.#fromMs, toMs: this.#toMs } : null
  }

  trade({ instrument, id, eventMs, receivedMs, price, size, side }: Trade): void {
    this.#fromMs = Math.min(this.#fromMs, eventMs)
    this.#toMs = Math.max(this.#toMs, eventMs)
    const amounts = { eventMs, receivedMs, price, size, side }
    this.#lines.push(JSON.stringify({ type: 'trade', instrument, id: String(id), ...amounts }))
  }

  mark(mark: TapeMarkRecord): void {
    if (mark.kind !== 'gap') this.#lines.push(JSON.stringify(markShapeOf(mark)))
    else if (!mark.isReplaced) this.#lines.push(JSON.stringify(gapShapeOf(mark.gap)))
  }

  candles(candles: readonly Candle[]): void {
    if (!this.#withCandles) return
    this.#candles += candles.length
    for (const candle of candles) this.#lines.push(JSON.stringify(candleShapeOf(candle)))
  }

  take(): readonly string[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }
}

function markShapeOf(mark: Exclude<TapeMarkRecord, { readonly kind: 'gap' }>): TapeMarkShape {
  const { atMs } = mark
  if (mark.kind === 'refill') {
    const { instrument, detail } = mark
    return { type: 'mark', kind: 'refill', atMs, instrument, connection: null, detail }
  }
  const { state, connection, instruments, reason } = mark.link
  const kind = state === 'up' ? 'link-up' : 'link-down'
  return {
    type: 'mark',
    kind,
    atMs,
    instrument: null,
    connection,
    detail: { instruments: [...instruments], reason }
  }
}
