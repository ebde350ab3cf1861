import { RecentRise } from './recent-rise.ts'

const windowMs = 60_000
/** Rows usually wait for a quarter of a second. */
const mostLagMs = 10_000

/** What is wrong with the engine itself. */
export type TroubleCode =
  | 'store-damaged'
  | 'tape-damaged'
  | 'candles-differ'
  | 'store-trouble'
  | 'store-pressure'
  | 'store-lag'
  | 'trades-dropped'
  | 'trades-implausible'
  | 'gaps-lost'
  | 'gaps-open'
  | 'memory-high'
  | 'memory-growth'
  | 'swapping'
  | 'bound-near'
  | 'receive-pressure'
  | 'frames-not-recorded'

/** One thing that is wrong, in words. */
export type Trouble = { readonly code: TroubleCode; readonly sentence: string }

/** What is judged; counters are totals since the start. */
export type TroubleFigures = {
  readonly storeLagMs: number
  readonly implausibleTrades: number
  /** Gaps that should have been filled by now, and the trades known to be missing in them. */
  readonly overdueGaps: number
  readonly overdueTrades: number
  /** Gaps that were settled without all their trades. */
  readonly lostGaps: number
  readonly droppedTrades: number
  /** Frames that were left out of the recording of frames. */
  readonly omittedFrames: number
  /** From `MemoryHealth`. */
  readonly memory: readonly Trouble[]
}

/** Judges once a second what is wrong with store and trades. Losses count for a minute after they were seen. */
export class TroubleWatch {
  readonly #implausible = new RecentRise(windowMs)
  readonly #lost = new RecentRise(windowMs)
  readonly #dropped = new RecentRise(windowMs)
  readonly #omitted = new RecentRise(windowMs)
  #storeDamage: string | null = null
  #recordingTrouble: string | null = null
  #tapeDamage: string | null = null
  #candleDifference: string | null = null
  #storeTrouble: string | null = null
  #isPressed = false
  #isFlooded = false
  #current: readonly Trouble[] = []

  /** The database was looked through and is not whole. */
  storeDamaged(what: string): void {
    this.#storeDamage = what
  }

  /** Files of trades cannot be read; null: all that is known can. */
  tapeDamaged(what: string | null): void {
    this.#tapeDamage = what
  }

  /** Stored candles are not what their trades make, in words; null: they are. */
  candlesDiffer(what: string | null): void {
    this.#candleDifference = what
  }

  /** Storing fails, for this reason; null: it works again. */
  storeTrouble(reason: string | null): void {
    this.#storeTrouble = reason
  }

  storePressure(pressure: 'high' | 'normal'): void {
    this.#isPressed = pressure === 'high'
  }

  /** Recording frames fails, for this reason; null: it works again. */
  recordingTrouble(reason: string | null): void {
    this.#recordingTrouble = reason
  }

  /** `high`: frames come faster than they are taken in. */
  receivePressure(pressure: 'high' | 'normal'): void {
    this.#isFlooded = pressure === 'high'
  }

  /** What is wrong now, gravest first; empty when all is well. */
  get current(): readonly Trouble[] {
    return this.#current
  }

  /** Judges anew and tells what began and what ended. */
  judge(
    figures: TroubleFigures,
    monotonicMs: number
  ): { readonly began: readonly Trouble[]; readonly ended: readonly TroubleCode[] } {
    const before = this.#current
    this.#current = this.#find(figures, monotonicMs)
    const isIn = (code: TroubleCode, list: readonly Trouble[]) =>
      list.some((trouble) => trouble.code === code)
    return {
      began: this.#current.filter(({ code }) => !isIn(code, before)),
      ended: before.map(({ code }) => code).filter((code) => !isIn(code, this.#current))
    }
  }

  #find(figures: TroubleFigures, monotonicMs: number): readonly Trouble[] {
    const { storeLagMs } = figures
    const dropped = this.#dropped.read(figures.droppedTrades, monotonicMs)
    const implausible = this.#implausible.read(figures.implausibleTrades, monotonicMs)
    const omitted = this.#omitted.read(figures.omittedFrames, monotonicMs)
    const lost = this.#lost.read(figures.lostGaps, monotonicMs)
    const { overdueGaps, overdueTrades } = figures
    const found: Trouble[] = []
    const add = (code: TroubleCode, sentence: string) => found.push({ code, sentence })
    if (this.#storeDamage !== null) {
      add('store-damaged', `The database is damaged, back it up: ${this.#storeDamage}`)
    }
    if (this.#tapeDamage !== null) {
      const text = `Trades are lost with a damaged file, put it back from a backup: ${this.#tapeDamage}`
      add('tape-damaged', text)
    }
    if (this.#candleDifference !== null) add('candles-differ', this.#candleDifference)
    if (this.#storeTrouble !== null) {
      add('store-trouble', `Storing fails and is tried again: ${this.#storeTrouble}`)
    }
    if (dropped > 0) {
      add('trades-dropped', `${counted(dropped)} lost in the last minute: the store was too slow`)
    }
    if (this.#isPressed) add('store-pressure', 'The store is behind: reading from venues is paused')
    if (this.#isFlooded) {
      const text = 'Venues send faster than the engine works: reading from them is paused at times'
      add('receive-pressure', text)
    }
    if (storeLagMs > mostLagMs) {
      add('store-lag', `Storing is ${Math.round(storeLagMs / 1_000)} s behind`)
    }
    if (this.#recordingTrouble !== null) {
      const text = `Recording frames fails and is tried again: ${this.#recordingTrouble}`
      add('frames-not-recorded', text)
    } else if (omitted > 0) {
      const frames = `${omitted} ${omitted === 1 ? 'frame was' : 'frames were'}`
      add('frames-not-recorded', `${frames} left out of the recording in the last minute`)
    }
    if (implausible > 0) {
      const text = `${tradesOf(implausible)} had a time more than 1 min ahead or 1 day behind this computer's clock: check the clock`
      add('trades-implausible', text)
    }
    if (lost > 0) {
      add('gaps-lost', `${gapsOf(lost)} could not be filled with trades in the last minute`)
    }
    if (overdueGaps > 0) {
      const missing = overdueTrades > 0 ? `, ${tradesOf(overdueTrades)} missing` : ''
      add('gaps-open', `${gapsOf(overdueGaps)} not filled yet${missing}`)
    }
    found.push(...figures.memory)
    return found
  }
}

function counted(count: number): string {
  return `${tradesOf(count)} ${count === 1 ? 'was' : 'were'}`
}

function gapsOf(count: number): string {
  return `${count} ${count === 1 ? 'gap' : 'gaps'}`
}

function tradesOf(count: number): string {
  return `${count} ${count === 1 ? 'trade' : 'trades'}`
}
