import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './connection.ts'
import type { Log } from './log.ts'
import { Overlap } from './overlap.ts'

export type InstrumentMoveOptions = {
  readonly instrument: InstrumentId
  /** Connections that are to carry it no more. */
  readonly from: readonly Connection[]
  /** Those that are to carry it, and have been given it. */
  readonly to: readonly Connection[]
  readonly clock: Clock
  readonly log: Log
}

type Target = { readonly connection: Connection; overlap: Overlap }

/**
 * An instrument on its way from some connections to others, carried by all of them until each new one
 * was seen to bring what the old ones bring.
 */
export class InstrumentMove {
  readonly #options: InstrumentMoveOptions
  readonly #targets: readonly Target[]
  readonly #endWitnesses: readonly (() => void)[]

  constructor(options: InstrumentMoveOptions) {
    this.#options = options
    this.#targets = options.to.map((connection) => ({ connection, overlap: this.#createOverlap() }))
    this.#endWitnesses = [
      ...options.from.map((connection) =>
        connection.witness((events) => {
          const nowMs = options.clock.monotonicMs()
          for (const { overlap } of this.#targets) overlap.oldEvents(events, nowMs)
        })
      ),
      ...this.#targets.map((target) =>
        target.connection.witness((events) => target.overlap.newEvents(events))
      )
    ]
  }

  get from(): readonly Connection[] {
    return this.#options.from
  }

  /** Whether the connections it comes from are needed no more; asked every second. */
  isDone(): boolean {
    const { instrument, from } = this.#options
    const seen = this.#targets.filter((target) => this.#isSeen(target)).length
    if (seen === this.#targets.length) return true
    const isLeft = from.some((connection) => connection.carries(instrument))
    return !isLeft && this.#targets.some(({ connection }) => connection.carries(instrument))
  }

  close(): void {
    for (const end of this.#endWitnesses) end()
  }

  #isSeen(target: Target): boolean {
    const { instrument, clock, log } = this.#options
    if (!target.connection.carries(instrument)) {
      target.overlap = this.#createOverlap()
      return false
    }
    const nowMs = clock.monotonicMs()
    target.overlap.settled(nowMs)
    const verdict = target.overlap.judge([instrument], nowMs)
    if (verdict.kind !== 'unseen') return verdict.kind === 'seen'
    target.overlap = this.#createOverlap()
    log.warn('instrument-not-brought', { connection: target.connection.id, instrument })
    return false
  }

  #createOverlap(): Overlap {
    const { instrument, from } = this.#options
    return new Overlap(() => Math.max(...from.map((each) => each.newestId(instrument))))
  }
}
