import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'

/** More than this part of a list does not vanish at once: such a list is not believed. */
const mostGone = 0.5
const fewInstruments = 4

/** What a new list of a venue says of the instruments that are collected. */
export type DelistingVerdict = {
  /** No longer offered, and refused or missing for the second time. */
  readonly delisted: readonly Instrument[]
  /** Missing for the first time: the list is to be looked at again soon. */
  readonly isDoubtful: boolean
}

/**
 * Tells which instruments a venue has delisted. A list may be wrong for once: what is missing has to be
 * refused as well, or to be missing from the next list too.
 */
export class Delistings {
  #missing: ReadonlySet<InstrumentId> = new Set()

  /** @param offered The whole list. */
  judge(
    collected: readonly Instrument[],
    offered: readonly Instrument[],
    isRefused: (id: InstrumentId) => boolean
  ): DelistingVerdict {
    const listed = new Set(
      offered.filter(({ status }) => status !== 'delisted').map(({ id }) => id)
    )
    const gone = collected.filter(({ id }) => !listed.has(id))
    if (gone.length > Math.max(fewInstruments, collected.length * mostGone)) {
      return { delisted: [], isDoubtful: true }
    }
    const before = this.#missing
    const delisted = gone.filter(({ id }) => before.has(id) || isRefused(id))
    const doubtful = gone.filter((instrument) => !delisted.includes(instrument))
    this.#missing = new Set(doubtful.map(({ id }) => id))
    return { delisted, isDoubtful: doubtful.length > 0 }
  }
}
