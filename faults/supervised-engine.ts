import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EngineConfig } from '../src/contracts/engine-protocol.ts'
import type { Provocation } from '../src/contracts/provocation.ts'
import { reportsFolder } from '../src/contracts/blocked-engine.ts'
import { reportsIn } from '../src/service/engine-reports.ts'
import { forkEngine } from '../src/service/forked-engine.ts'
import { hostClock, type HostClock } from '../src/service/host-clock.ts'
import { EngineSupervisor } from '../src/service/supervisor.ts'
import { LogEvents } from './log-events.ts'
import { untilHolds } from './wait.ts'

const builtEngine = fileURLToPath(new URL('../out/main/engine.js', import.meta.url))
const runsMs = 30_000

/** A built engine under the supervision that hosts give it. */
export class SupervisedEngine implements AsyncDisposable {
  readonly events = new LogEvents()
  readonly pids: number[] = []
  readonly supervisor: EngineSupervisor
  readonly #folder: string
  #states = 0

  constructor(
    config: EngineConfig,
    { heapMb, clock = hostClock }: { readonly heapMb?: number; readonly clock?: HostClock } = {}
  ) {
    this.#folder = join(config.dataDir, reportsFolder)
    this.supervisor = new EngineSupervisor({
      launch: () => {
        const engine = forkEngine(builtEngine, heapMb)
        this.pids.push(engine.pid ?? 0)
        return engine
      },
      config,
      clock,
      reports: reportsIn(config.dataDir),
      handlers: {
        state: () => (this.#states += 1),
        message: (message) => {
          if (message.channel === 'control' && message.kind === 'log') this.events.note(message)
        },
        launched: () => undefined,
        refused: () => undefined
      }
    })
    this.supervisor.start()
  }

  /** Changes of its state, each of which is a line of the host's log. */
  get states(): number {
    return this.#states
  }

  /** Reports kept of engines that ended. */
  get reports(): readonly string[] {
    return readdirSync(this.#folder).filter((name) => name.startsWith('engine-'))
  }

  provoke(fault: Provocation): void {
    this.supervisor.process?.send({ channel: 'control', kind: 'provoke', fault })
  }

  /** @param engines How many there have been by then. */
  untilRunning(engines = 1): Promise<void> {
    return untilHolds(`engine ${engines} to run`, runsMs, () => {
      return this.pids.length >= engines && this.supervisor.state === 'running'
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.stop()
  }
}
