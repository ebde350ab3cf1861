import type { Instrument } from '../../core/market/instrument.ts'

/** Keeps one venue's instrument list between runs; plain JSON, kept by the engine in its data folder. */
export interface InstrumentCache {
  /** What was saved last, unchecked; null when nothing was or it cannot be read. */
  load(): Promise<unknown>
  save(instruments: readonly Instrument[]): Promise<void>
}
