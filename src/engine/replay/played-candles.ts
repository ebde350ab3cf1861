import type { Candle } from '../../core/market/candle.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'

/** What the ledger of the tape says of a candle. */
export type StateOf = (candle: Candle) => LedgerState

/**
 * Turns changing candles into told ones: each once when its builder is done with it and the ledger no
 * longer calls its time open, and again when a late trade revised it.
 *
 * Bounds: candles that are not final, those in open gaps, and what became final between two takes.
 */
export class PlayedCandles {
  readonly #forming = new Map<string, Candle>()
  readonly #built = new Map<string, Candle>()
  readonly #stateOf: StateOf

  constructor(stateOf: StateOf) {
    this.#stateOf = stateOf
  }

  note(candles: readonly Candle[]): void {
    for (const candle of candles) {
      const name = nameOf(candle)
      const [into, outOf] = candle.final
        ? [this.#built, this.#forming]
        : [this.#forming, this.#built]
      outOf.delete(name)
      into.set(name, candle)
    }
  }

  /** Takes what is final, by end, instrument and interval. */
  takeFinal(): readonly Candle[] {
    const final: Candle[] = []
    for (const [name, candle] of this.#built) {
      const state = this.#stateOf(candle)
      if (state === 'open') continue
      this.#built.delete(name)
      final.push({ ...candle, state })
    }
    return final.sort(byPlace)
  }

  /** What is not final, as it stands, in the same order. */
  open(): readonly Candle[] {
    return [...this.#built.values(), ...this.#forming.values()]
      .map((candle) => ({ ...candle, final: false, state: this.#stateOf(candle) }))
      .sort(byPlace)
  }
}

function nameOf({ instrument, interval, dayMs, index, openMs }: Candle): string {
  const place = interval.endsWith('t') ? `${dayMs} ${index}` : openMs
  return `${instrument} ${interval} ${place}`
}

function byPlace(a: Candle, b: Candle): number {
  return (
    a.closeMs - b.closeMs ||
    compareText(a.instrument, b.instrument) ||
    compareText(a.interval, b.interval) ||
    a.index - b.index
  )
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
