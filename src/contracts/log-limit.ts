import type { LogLevel } from './engine-protocol.ts'

/** Plain values of one log line. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/** What was held back since the last summary. */
export type LogSummary = {
  readonly lines: number
  /** Most frequent first: `connection-ended 9990, gaps-opened 12`. */
  readonly events: string
}

/** Lines are held back after this many in any second, one more being kept for the summary. */
export const mostLinesPerSecond = 20
/** Same event and subject again within this time is counted, not written; summaries are as far apart. */
export const logRepeatMs = 10_000

const secondMs = 1_000
/** Of each second's lines, so many are for warnings and errors alone. */
const keptForGrave = 8
/** Of those so many for errors alone: that no venue can be reached must not drown in what each link says. */
const keptForErrors = 2
/** And so many for the host alone: why an engine ended must not drown in what it said. */
const keptForHost = 4
/** Most subjects whose repeats are counted at once. */
const mostSubjects = 1_000
/** Most events counted by name; code names them, so there are fewer. */
const mostEvents = 200
/** Events named in a summary; more are counted. */
const mostNamed = 12
/** Fields that say what a line is about. */
const subjectFields = ['incident', 'connection', 'instrument', 'venue', 'code', 'state', 'to']
const otherEvents = 'others'

type Repeat = { readonly sinceMs: number; suppressed: number }

/**
 * Decides which lines of one process are written: the first of an event about a subject in ten seconds,
 * and never more than twenty in any second. The rest is counted, for the next line of its kind and for
 * the summary.
 */
export class LogLimit {
  readonly #repeats = new Map<string, Repeat>()
  readonly #heldBack = new Map<string, number>()
  readonly #most: number
  /** When the lines of the last second were written, oldest first. */
  #written: number[] = []

  /** @param of Whose lines: a host writes those of its engine too. */
  constructor(of: 'host' | 'engine' = 'host') {
    this.#most = mostLinesPerSecond - 1 - (of === 'engine' ? keptForHost : 0)
  }

  /**
   * @param nowMs Monotonic.
   * @returns How many lines like this one were held back before it; null when it is to be held back.
   */
  admit(
    line: { readonly level: LogLevel; readonly event: string; readonly fields: LogFields },
    nowMs: number
  ): number | null {
    const key = keyOf(line)
    const repeat = this.#repeats.get(key)
    const isRepeat = repeat !== undefined && nowMs - repeat.sinceMs < logRepeatMs
    if (isRepeat || !this.#hasRoom(line.level, nowMs)) {
      if (repeat !== undefined) repeat.suppressed += 1
      this.#holdBack(line.event)
      return null
    }
    this.#written.push(nowMs)
    this.#remember(key, nowMs)
    return repeat?.suppressed ?? 0
  }

  /** Takes what was held back since the last summary; null when nothing was. To be written at most each ten seconds. */
  takeSummary(nowMs: number): LogSummary | null {
    if (this.#heldBack.size === 0) return null
    const counts = [...this.#heldBack].sort(([, a], [, b]) => b - a)
    this.#heldBack.clear()
    this.#written.push(nowMs)
    const named = counts.slice(0, mostNamed).map(([event, count]) => `${event} ${count}`)
    return {
      lines: counts.reduce((sum, [, count]) => sum + count, 0),
      events: counts.length > mostNamed ? `${named.join(', ')} and more` : named.join(', ')
    }
  }

  #hasRoom(level: LogLevel, nowMs: number): boolean {
    if ((this.#written[0] ?? nowMs) <= nowMs - secondMs) {
      this.#written = this.#written.filter((atMs) => atMs > nowMs - secondMs)
    }
    return this.#written.length < this.#mostOf(level)
  }

  #mostOf(level: LogLevel): number {
    if (level === 'error') return this.#most
    return level === 'warn' ? this.#most - keptForErrors : mostLinesPerSecond - 1 - keptForGrave
  }

  #remember(key: string, sinceMs: number): void {
    this.#repeats.delete(key)
    if (this.#repeats.size >= mostSubjects) {
      const [oldest] = this.#repeats.keys()
      if (oldest !== undefined) this.#repeats.delete(oldest)
    }
    this.#repeats.set(key, { sinceMs, suppressed: 0 })
  }

  #holdBack(event: string): void {
    const isNew = !this.#heldBack.has(event) && this.#heldBack.size >= mostEvents
    const name = isNew ? otherEvents : event
    this.#heldBack.set(name, (this.#heldBack.get(name) ?? 0) + 1)
  }
}

function keyOf({ event, fields }: { readonly event: string; readonly fields: LogFields }): string {
  let key = event
  for (const name of subjectFields) key += `|${fields[name] ?? ''}`
  return fields['sentence'] === undefined ? key : `${key}|${fields['sentence']}`
}
