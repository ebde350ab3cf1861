import type { EngineConfig } from '../contracts/engine-protocol.ts'
import type { Provocation } from '../contracts/provocation.ts'
import type { InstrumentId } from '../core/market/instrument.ts'

const leakMs = 100
const bytesPerMb = 1_048_576
const bytesPerNumber = 8

/** Whether this engine may be told to have faults: never one that collects live. */
export function isProvocable(config: Pick<EngineConfig, 'mode' | 'faultRun'>): boolean {
  return config.faultRun !== undefined && config.mode !== 'live'
}

/** Has the faults it is told to have; only in an engine of a fault run. */
export class ProvokedFaults {
  readonly #during: (name: string, work: () => void) => void
  readonly #limitPages: (pages: number | null) => void
  readonly #kept: number[][] = []
  #leaking: NodeJS.Timeout | null = null
  #slowMs = 0
  #throwing: { left: number; readonly instrument: string | null } | null = null

  /**
   * @param during Runs work as a handler of this name.
   * @param limitPages Lets the database have so many pages; null: any number.
   */
  constructor(
    during: (name: string, work: () => void) => void,
    limitPages: (pages: number | null) => void
  ) {
    this.#during = during
    this.#limitPages = limitPages
  }

  /** Numbers kept by the leak. */
  get keptBytes(): number {
    return this.#kept.reduce((sum, block) => sum + block.length * bytesPerNumber, 0)
  }

  provoke(fault: Provocation): void {
    switch (fault.what) {
      case 'block':
        // On a turn of its own, as a handler that hangs would be.
        setImmediate(() => this.#during('provoked block', () => standStill(fault.forMs)))
        return
      case 'leak':
        this.#leak(fault.mbPerMinute)
        return
      case 'throw':
        this.#throwing = { left: fault.times, instrument: fault.instrument }
        return
      case 'slow':
        this.#slowMs = fault.eventMs
        return
      case 'full':
        this.#limitPages(fault.pages)
        return
      case 'reject':
        void Promise.reject(new Error('provoked rejection'))
        return
      case 'exit':
        process.exit(fault.code)
    }
  }

  /** Called before an event is taken in. @throws Error where one was asked for. */
  beforeEvent(instrument: InstrumentId): void {
    if (this.#slowMs > 0) standStill(this.#slowMs)
    const throwing = this.#throwing
    if (throwing === null) return
    if (throwing.instrument !== null && throwing.instrument !== instrument) return
    throwing.left -= 1
    if (throwing.left === 0) this.#throwing = null
    throw new Error(`provoked fault of ${instrument}`)
  }

  close(): void {
    if (this.#leaking !== null) clearInterval(this.#leaking)
    this.#leaking = null
  }

  #leak(mbPerMinute: number): void {
    this.close()
    if (mbPerMinute === 0) return
    const numbers = Math.ceil((mbPerMinute * bytesPerMb * leakMs) / 60_000 / bytesPerNumber)
    this.#leaking = setInterval(() => {
      this.#kept.push(new Array<number>(numbers).fill(Math.random()))
    }, leakMs)
  }
}

function standStill(forMs: number): void {
  const endMs = performance.now() + forMs
  while (performance.now() < endMs);
}
