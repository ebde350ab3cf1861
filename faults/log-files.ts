import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLevel } from '../src/contracts/engine-protocol.ts'
import { openLog, type Log, type LogFields } from '../src/service/log.ts'
import { LogCount } from './log-count.ts'

/** What an engine wants logged. */
export type EngineLine = {
  readonly level: LogLevel
  readonly event: string
  readonly fields: LogFields
}

/** What the files came to. */
export type LogPeaks = {
  readonly lines: number
  /** The most within a second and within ten. */
  readonly within1s: number
  readonly within10s: number
  /** Lines that were held back. */
  readonly suppressed: number
}

type FileLine = { readonly time: number; readonly event: string; readonly lines?: number }

/** Times of lines are whole milliseconds: those of a second may seem closer than they were. */
const roundedMs = 2
const nothing: LogPeaks = { lines: 0, within1s: 0, within10s: 0, suppressed: 0 }

/** An engine's lines in files, as a host would keep them, and read again from there. */
export class LogFiles implements AsyncDisposable {
  readonly #folder: string
  readonly #log: Log
  #readBytes = 0
  #peaks = nothing

  private constructor(folder: string, log: Log) {
    this.#folder = folder
    this.#log = log
  }

  /** @param folder Made where it is missing. */
  static async open(folder: string): Promise<LogFiles> {
    const nowMs = () => performance.now()
    return new LogFiles(folder, await openLog({ folder, process: 'engine', level: 'info', nowMs }))
  }

  write({ level, event, fields }: EngineLine): void {
    this.#log.write(level, event, fields)
  }

  /** Reads the files anew where they have grown. */
  peaks(): LogPeaks {
    const paths = readdirSync(this.#folder)
      .filter((name) => name.endsWith('.log'))
      .map((name) => join(this.#folder, name))
    const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0)
    if (bytes !== this.#readBytes) this.#peaks = peaksOf(paths.flatMap(linesOf))
    this.#readBytes = bytes
    return this.#peaks
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log.close()
  }
}

/** @param lines In any order. */
function peaksOf(lines: readonly FileLine[]): LogPeaks {
  const count = new LogCount()
  for (const { time } of lines.toSorted((a, b) => a.time - b.time)) count.note(time)
  const summaries = lines.filter(({ event }) => event === 'log-suppressed')
  return {
    lines: count.lines,
    within1s: count.peakWithin(1_000 - roundedMs),
    within10s: count.peakWithin(10_000 - roundedMs),
    suppressed: summaries.reduce((sum, summary) => sum + (summary.lines ?? 0), 0)
  }
}

function linesOf(path: string): readonly FileLine[] {
  // The last line may still be on its way.
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return whole.map((line) => JSON.parse(line) as FileLine)
}
