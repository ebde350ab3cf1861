import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { InstrumentWatch } from './instrument-watch.ts'
import { Refusals } from './refusals.ts'

/** The instruments of one connection: those it is to carry, those the venue refuses, and when each was last heard of. */
export class ConnectionRoster {
  readonly #refused = new Refusals()
  #instruments: readonly Instrument[]
  #watch = new InstrumentWatch()

  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments
    for (const { id } of instruments) this.#watch.add(id)
  }

  get instruments(): readonly Instrument[] {
    return this.#instruments
  }

  /** That of the present link. */
  get watch(): InstrumentWatch {
    return this.#watch
  }

  /** Whether the venue refuses one that is here. */
  isRefused(id: InstrumentId): boolean {
    return this.#refused.has(id)
  }

  /** Whether the venue refused one that it was asked for again. */
  wasRefused(id: InstrumentId): boolean {
    return this.#refused.had(id)
  }

  /** Those to be asked of the venue. */
  wanted(): readonly Instrument[] {
    return this.#instruments.filter(({ id }) => !this.#refused.has(id))
  }

  /** The venue refuses all there is. */
  get isAllRefused(): boolean {
    return this.#instruments.length > 0 && this.wanted().length === 0
  }

  add(instrument: Instrument): void {
    this.#instruments = [...this.#instruments, instrument]
    this.#watch.add(instrument.id)
  }

  /** Null when it is not here; `wasRefused`: nothing was asked for it. */
  remove(
    id: InstrumentId
  ): { readonly instrument: Instrument; readonly wasRefused: boolean } | null {
    const instrument = this.#instruments.find((each) => each.id === id)
    if (instrument === undefined) return null
    this.#instruments = this.#instruments.filter((each) => each !== instrument)
    this.#watch.remove(id)
    return { instrument, wasRefused: this.#refused.delete(id) }
  }

  /** False when it is not here, or refused already. */
  refuse(id: InstrumentId, reason: string, nowMs: number): boolean {
    if (!this.#instruments.some((each) => each.id === id)) return false
    if (!this.#refused.add(id, reason, nowMs)) return false
    this.#watch.remove(id)
    return true
  }

  /** When the first of those refused is to be asked for again, monotonic; Infinity while none is refused. */
  get askAgainMs(): number {
    return this.#refused.dueMs
  }

  /** Takes those refused a while ago that are to be asked for again. */
  takeForgiven(nowMs: number): readonly Instrument[] {
    const ids = new Set(this.#refused.takeDue(nowMs))
    for (const id of ids) this.#watch.add(id)
    return this.#instruments.filter(({ id }) => ids.has(id))
  }

  /** All may be asked for again. */
  forgive(): void {
    for (const id of this.#refused.clear()) this.#watch.add(id)
  }

  /** The watch of another link goes on from here. */
  follow(watch: InstrumentWatch): void {
    watch.inherit(this.#watch)
    this.#watch = watch
  }

  /** One sentence for each that the venue refuses. */
  refusals(): readonly string[] {
    return this.#refused.sentences()
  }
}
