import { CoreWait, mostCoreWaitPercent } from './core-wait.ts'
import { boundedBy } from './figure-rules.ts'
import type { RowFigures } from './row.ts'
import type { WatchedEngine } from './watched-engine.ts'

/** Why the event loop of a row's engine is not held to its bounds. */
export type LoopLeave =
  /** The row itself makes the loop stand still. */
  | 'held on purpose'
  /** The engine that was watched is not the one that ends. */
  | 'engine replaced'

/** FAULTS, U7. */
const usual = { loopP99Ms: { most: 50 }, loopMaxMs: { most: 250 } }
/** Three rows share two cores: an engine that had to wait for one is late whatever it does. */
const withoutCore = { loopP99Ms: { most: 500 } }

/** Follows how late an engine's event loop is from now on: its start is busier than what follows. */
export class LoopWatch {
  readonly #engine: WatchedEngine
  readonly #coreWait: CoreWait

  constructor(engine: WatchedEngine) {
    this.#engine = engine
    engine.loop.forget()
    this.#coreWait = new CoreWait(engine.pid)
  }

  /** Of an engine that still runs. */
  get figures(): RowFigures {
    const { loop } = this.#engine
    return {
      loopP99Ms: loop.p99Ms,
      loopMaxMs: loop.maxMs,
      coreWaitPercent: this.#coreWait.percent
    }
  }
}

/** Problems in words with what a `LoopWatch` told. */
export function loopProblems(figures: RowFigures): readonly string[] {
  const isStarved = (figures['coreWaitPercent'] ?? 0) > mostCoreWaitPercent
  return boundedBy(isStarved ? withoutCore : usual)({ figures })
}
