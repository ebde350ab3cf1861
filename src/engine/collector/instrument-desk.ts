import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { delisted } from '../../core/market/ledger/link-mark.ts'
import { selectInstruments } from '../../core/market/instrument-selection.ts'
import type { Selection } from '../../core/market/instrument-selection.ts'
import { selectPriority } from '../../core/market/priority-selection.ts'
import type { PrioritySelection } from '../../core/market/priority-selection.ts'
import type { Venue } from '../../venues/venue.ts'
import { Delistings } from './delistings.ts'
import type { Fleet } from './fleet.ts'
import type { Log } from './log.ts'
import type { Placement } from './placement.ts'

export type InstrumentDeskOptions = {
  readonly venue: Venue
  readonly selection: Selection
  /** Symbols, each to be fed by two connections. */
  readonly priority: readonly string[]
  readonly placement: Placement
  readonly fleet: Fleet
  readonly log: Log
  /** Once it aborts nothing more is opened. */
  readonly signal: AbortSignal
  /** Makes instruments known before their connections open; called for one list at a time. */
  readonly prepare?: (instruments: readonly Instrument[]) => Promise<void>
  /** The list of collected instruments changed. */
  changed(): void
  /** The list of the venue is in doubt. */
  doubted(): void
}

/** Decides which of a venue's instruments are collected, as its lists come and people ask, and has them carried. */
export class InstrumentDesk {
  readonly #options: InstrumentDeskOptions
  readonly #delistings = new Delistings()
  /** Settles when all that was to be prepared is; never rejects. */
  #preparing: Promise<void> = Promise.resolve()
  #offered: readonly Instrument[] = []
  #isPlanned = false
  /** The venue's whole list was known once. */
  #isWhole = false
  #problems: readonly string[] = []

  constructor(options: InstrumentDeskOptions) {
    this.#options = options
  }

  /** What of the selection cannot be met, one sentence each. */
  get problems(): readonly string[] {
    return this.#problems
  }

  /** Takes a list of the venue. `isWhole`: what is not in it is not offered. */
  found(offered: readonly Instrument[], isWhole: boolean): void {
    const { placement, selection } = this.#options
    this.#offered = offered
    if (isWhole && this.#isPlanned) this.#retireDelisted(offered)
    const selected = selectInstruments(offered, selection)
    const priority = this.#priorityOf(selected.instruments)
    placement.prefer(priority.ids)
    this.#tellProblems([...selected.problems, ...priority.problems])
    // The best of a ranking change all the time: those chosen first stay.
    const isKept = this.#isWhole && isRanking(selection)
    this.#isWhole ||= isWhole
    if (!this.#isPlanned) this.#begin(selected.instruments)
    else if (!isKept) this.#add(placement.newOf(selected.instruments))
  }

  /** False when unknown or collected already. */
  add(id: InstrumentId): boolean {
    const instrument = this.#offered.find((each) => each.id === id)
    if (instrument === undefined || this.#options.placement.find(id) !== null) return false
    this.#add([instrument])
    return true
  }

  remove(id: InstrumentId): boolean {
    if (!this.#options.placement.remove(id)) return false
    this.#options.fleet.drop(id)
    this.#options.changed()
    return true
  }

  /** Has an instrument carried where it is planned now. */
  replace(id: InstrumentId): boolean {
    const place = this.#options.placement.find(id)
    if (place !== null) this.#options.fleet.move(place.instrument, place.connections)
    return place !== null
  }

  #begin(instruments: readonly Instrument[]): void {
    const { placement, log, venue } = this.#options
    this.#isPlanned = instruments.length > 0
    placement.begin(instruments)
    log.info('connections-planned', {
      venue: venue.id,
      instruments: instruments.length,
      connections: placement.connections
    })
    this.#prepare(instruments)
  }

  #add(instruments: readonly Instrument[]): void {
    if (instruments.length === 0) return
    this.#options.placement.add(instruments)
    this.#prepare(instruments)
  }

  /** Takes delisted instruments out of what is asked for; what they left behind is kept. */
  #retireDelisted(offered: readonly Instrument[]): void {
    const { placement, fleet, log, venue } = this.#options
    const isRefused = (id: InstrumentId): boolean => fleet.refuses(id)
    const verdict = this.#delistings.judge(placement.planned(), offered, isRefused)
    if (verdict.isDoubtful) this.#options.doubted()
    for (const { id } of verdict.delisted) {
      placement.retire(id)
      fleet.drop(id, delisted)
      log.warn('instrument-delisted', { venue: venue.id, instrument: id })
    }
    if (verdict.delisted.length > 0) this.#options.changed()
  }

  #priorityOf(instruments: readonly Instrument[]): PrioritySelection {
    const { priority, venue } = this.#options
    if (priority.length === 0 || venue.tradeIds !== 'none') {
      return selectPriority(instruments, priority)
    }
    const problem = `${venue.name} numbers no trades: none of its instruments can have priority`
    return { ids: [], problems: [problem] }
  }

  #tellProblems(problems: readonly string[]): void {
    const known = this.#problems
    this.#problems = problems
    const { log, venue } = this.#options
    for (const text of problems.filter((each) => !known.includes(each))) {
      log.warn('selection-problem', { venue: venue.id, text })
    }
  }

  /** Makes planned instruments known and opens them, after all that came before. */
  #prepare(instruments: readonly Instrument[]): void {
    const { prepare, placement, signal, log, venue } = this.#options
    if (prepare === undefined) {
      this.#collect(instruments)
      return
    }
    this.#preparing = this.#preparing.then(async () => {
      if (signal.aborted) return
      try {
        await prepare(instruments)
      } catch (error) {
        placement.forgo(instruments)
        log.error('prepare-failed', { venue: venue.id, text: String(error) })
        return
      }
      this.#collect(instruments)
    })
  }

  /** Collects those of the instruments that are planned still, each on its connection of the plan. */
  #collect(instruments: readonly Instrument[]): void {
    const { placement, fleet, signal } = this.#options
    if (signal.aborted) return
    const arrivals = placement.settle(instruments)
    this.#options.changed()
    for (const [connection, arrived] of arrivals) fleet.carry(connection, arrived)
  }
}

function isRanking(selection: Selection): boolean {
  return typeof selection === 'string' && selection.startsWith('top:')
}
