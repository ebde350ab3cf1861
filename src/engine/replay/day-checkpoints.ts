import { DayLog, type PlayedDay, type PlayedDayStanding } from './played-day.ts'
import type { TapeRange } from './tape-source.ts'

/** Days of which places are known; the one that was begun longest ago goes first. */
const mostDays = 2
/** Places of a day; beyond it every other one goes, and from then on they lie twice as far apart. */
const mostOfDay = 256

/** A place of a day from which it can be played on. */
export type Checkpoint = PlayedDayStanding

type KnownDay = { readonly log: DayLog; checkpoints: Checkpoint[]; spacing: number }

/** Remembers how days stood at some places as they were played, so that they need not be played again from their begin. */
export class DayCheckpoints {
  readonly #spacing: number
  /** By begin, in the order in which they were begun. */
  readonly #days = new Map<number, KnownDay>()

  /** @param spacing Trades between two places. */
  constructor(spacing: number) {
    this.#spacing = spacing
  }

  /** What was told of a day; that of one begun for the first time is empty. */
  logOf({ fromMs }: TapeRange): DayLog {
    const known = this.#days.get(fromMs)
    this.#days.delete(fromMs)
    const day = known ?? { log: new DayLog(), checkpoints: [], spacing: this.#spacing }
    this.#days.set(fromMs, day)
    const [oldest] = this.#days.keys()
    if (this.#days.size > mostDays && oldest !== undefined) this.#days.delete(oldest)
    return day.log
  }

  /** The last accepted place of a day; null where none is known. */
  find({ fromMs }: TapeRange, accepts: (checkpoint: Checkpoint) => boolean): Checkpoint | null {
    const day = this.#days.get(fromMs)
    const isUsable = (each: Checkpoint) => accepts(each) && isHeld(each, day?.log)
    return day?.checkpoints.findLast(isUsable) ?? null
  }

  /** Lets the places of a day go; what was told of it stays. */
  forget({ fromMs }: TapeRange): void {
    const day = this.#days.get(fromMs)
    if (day !== undefined) day.checkpoints = []
  }

  /** Takes note of where a day stands, when it is played further than ever. */
  note(day: PlayedDay): void {
    const known = this.#days.get(day.options.day.fromMs)
    if (known === undefined || known.log !== day.options.log) return
    const newest = known.checkpoints.at(-1)
    if (day.played < (newest?.played ?? 0) + known.spacing) return
    const standing = day.standing()
    if (standing === null) return
    known.checkpoints.push(standing)
    if (known.checkpoints.length <= mostOfDay) return
    known.checkpoints = known.checkpoints.filter((...[, at]) => at % 2 === 1)
    known.spacing *= 2
  }
}

/** Whether all candles that were held there still are. */
function isHeld({ replay }: Checkpoint, log: DayLog | undefined): boolean {
  return [...replay.told].every(([name, count]) => log?.candles.reaches(name, count) === true)
}
