import type { Delta, Snapshot } from '../src/contracts/state-stream.ts'
import { wallMs } from './wall-clock.ts'

type Shown = { readonly receivedMs: number[]; readonly arrivedMs: number[] }

/** When the newest trade of an instrument was received by the engine, and when its delta arrived here. */
export class ShownPrices {
  readonly #shown = new Map<string, Shown>()

  take(frame: Snapshot | Delta): void {
    const arrivedMs = wallMs()
    const rows = frame.kind === 'snapshot' ? frame.tables.prices : (frame.changed.prices ?? [])
    for (const { id, receivedMs } of rows) {
      if (receivedMs !== null) this.#note(id, receivedMs, arrivedMs)
    }
  }

  /**
   * Tells how long each trade took to be shown, by itself or within a newer one of its instrument.
   *
   * @param trades Received by the engine, ascending by receivedMs.
   * @returns Ms, ascending; trades that never were shown count as infinite.
   */
  delays(
    trades: Iterable<{ readonly instrument: string; readonly receivedMs: number }>
  ): Float64Array {
    const places = new Map<string, number>()
    const delays: number[] = []
    for (const { instrument, receivedMs } of trades) {
      const shown = this.#shown.get(instrument)
      let at = places.get(instrument) ?? 0
      while ((shown?.receivedMs[at] ?? Infinity) < receivedMs) at += 1
      places.set(instrument, at)
      delays.push((shown?.arrivedMs[at] ?? Infinity) - receivedMs)
    }
    return Float64Array.from(delays).sort()
  }

  #note(instrument: string, receivedMs: number, arrivedMs: number): void {
    const shown = this.#shown.get(instrument) ?? { receivedMs: [], arrivedMs: [] }
    this.#shown.set(instrument, shown)
    if (receivedMs <= (shown.receivedMs.at(-1) ?? -Infinity)) return
    shown.receivedMs.push(receivedMs)
    shown.arrivedMs.push(arrivedMs)
  }
}
