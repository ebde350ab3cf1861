import { loadavg } from 'node:os'
import { memoryMb } from '../bench/process-load.ts'
import type { Reading } from '../src/engine/health/growth-trend.ts'
import { CoreWait } from './core-wait.ts'
import type { LogFiles } from './log-files.ts'
import { soakGrowth, type SoakFigures } from './soak-rules.ts'
import type { FaultStand } from './stand.ts'

/** What is known only when the engine has stopped. */
export type SoakEnd = Pick<
  SoakFigures,
  | 'lostSilent'
  | 'duplicates'
  | 'phantom'
  | 'different'
  | 'overDeclared'
  | 'damages'
  | 'openGaps'
  | 'candlesWrong'
>

const unknownEnd: SoakEnd = {
  lostSilent: null,
  duplicates: null,
  phantom: null,
  different: null,
  overDeclared: null,
  damages: null,
  openGaps: null,
  candlesWrong: null
}

const bytesPerMb = 1_048_576

/** Looks at an engine under soak again and again, and remembers the worst of it. */
export class SoakWatch {
  readonly #stand: FaultStand
  readonly #log: LogFiles
  readonly #startMs = performance.now()
  readonly #floors: Reading[] = []
  readonly #beyond = new Set<string>()
  #connects = { within1s: 0, within5m: 0, refused: 0, bans: 0 }
  #rssMb = 0
  #messages = 0
  #looks = 0
  #machineLoad = 0
  #coreWait: CoreWait

  constructor(stand: FaultStand, log: LogFiles) {
    this.#stand = stand
    this.#log = log
    this.#coreWait = new CoreWait(stand.engine.pid)
  }

  /** The start is over: from now on the event loop is held to its bounds. */
  warmedUp(): void {
    const { engine } = this.#stand
    engine.loop.forget()
    this.#coreWait = new CoreWait(engine.pid)
  }

  async look(): Promise<void> {
    const { health, pid } = this.#stand.engine
    this.#rssMb = Math.max(this.#rssMb, memoryMb(pid))
    this.#looks += 1
    this.#machineLoad = Math.max(this.#machineLoad, machineLoad())
    this.#messages += health?.messagesPerSecond ?? 0
    for (const { name, size, bound } of health?.memory.structures ?? []) {
      if (size > bound) this.#beyond.add(name)
    }
    this.#noteFloor(health?.memory.heapFloorMb ?? null)
    await this.#noteConnects()
  }

  /** Now, and not at their worst. */
  get present(): Readonly<Record<string, number | null>> {
    const { health, pid, openGaps } = this.#stand.engine
    return {
      messagesPerSecond: Math.round(health?.messagesPerSecond ?? 0),
      rssMb: Math.round(memoryMb(pid)),
      heapFloorMb: health?.memory.heapFloorMb ?? null,
      loopDelayP99Ms: this.#stand.engine.loop.p99Ms,
      machineLoad: machineLoad(),
      openGaps
    }
  }

  /** What is told and held against no bound. */
  get told(): Readonly<Record<string, unknown>> {
    const { lines, suppressed } = this.#log.peaks()
    const growth = soakGrowth(this.#floors)
    return {
      machineLoad: this.#machineLoad,
      coreWaitPercent: this.#coreWait.percent,
      connects_1s: this.#connects.within1s,
      logLines: lines,
      logSuppressed: suppressed,
      beyondBounds: [...this.#beyond],
      growthMbPerMinute:
        growth === null ? null : { value: rounded(growth.perMinute), low: rounded(growth.low) }
    }
  }

  /** @param end Left out while the engine runs. */
  figures(end: SoakEnd = unknownEnd): SoakFigures {
    const { health, loop } = this.#stand.engine
    const { within1s, within10s } = this.#log.peaks()
    const growth = soakGrowth(this.#floors)
    return {
      ...end,
      handlerFaults: health?.handlerFaults ?? 0,
      log_1s: within1s,
      log_10s: within10s,
      connects_5m: this.#connects.within5m,
      refusedForRate: this.#connects.refused,
      bans: this.#connects.bans,
      loopDelayP99Ms: loop.p99Ms,
      loopDelayMaxMs: loop.maxMs,
      coreWaitPercent: this.#coreWait.percent,
      beyondBounds: this.#beyond.size,
      droppedTrades: health?.droppedTrades ?? 0,
      handlerTimeouts: health?.handlerTimeouts ?? 0,
      rssMb: Math.round(this.#rssMb),
      growthHighMbPerMinute: growth === null ? null : rounded(growth.high),
      messagesPerSecond: Math.round(this.#messages / Math.max(1, this.#looks))
    }
  }

  async #noteConnects(): Promise<void> {
    const venues = Object.values(await this.#stand.connects())
    const most = (pick: (venue: (typeof venues)[number]) => number) =>
      Math.max(0, ...venues.map(pick))
    this.#connects = {
      within1s: most(({ peakPerSecond }) => peakPerSecond),
      within5m: most(({ peakPer5Minutes }) => peakPer5Minutes),
      refused: most(({ breaches }) => breaches?.connects ?? 0),
      bans: most(({ bans, breaches }) => bans + (breaches?.bans ?? 0))
    }
  }

  /** A floor is told until the next: one that is as before was seen already. */
  #noteFloor(floorMb: number | null): void {
    const bytes = (floorMb ?? 0) * bytesPerMb
    if (floorMb === null || bytes === this.#floors.at(-1)?.bytes) return
    this.#floors.push({ atMs: performance.now() - this.#startMs, bytes })
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

/** Processes that want to run, over the last minute: beyond the number of cores the event loop waits its turn. */
function machineLoad(): number {
  return rounded(loadavg()[0] ?? 0)
}
