import type { EngineMessage } from '../contracts/engine-protocol.ts'
import { judgeEngineEnd, type EndFacts, type EngineBeat, type EngineEnd } from './engine-end.ts'
import type { EngineExit, EngineProcess } from './engine-process.ts'
import type { EngineLine, EngineReports } from './engine-reports.ts'
import type { HostClock } from './host-clock.ts'

const mostLines = 50

/** Remembers what one engine says, and from that why it ended. */
export class EngineWatch {
  readonly #process: EngineProcess
  readonly #clock: HostClock
  readonly #wallMs: () => number
  readonly #reports: EngineReports | null
  readonly #startedMs: number
  readonly #lines: EngineLine[] = []
  #lastBeat: EngineBeat | null = null
  #fatal: string | null = null
  #awaited: EndFacts['awaited'] = null

  constructor(
    process: EngineProcess,
    world: {
      readonly clock: HostClock
      readonly wallMs: () => number
      readonly reports: EngineReports | null
    }
  ) {
    this.#process = process
    this.#clock = world.clock
    this.#wallMs = world.wallMs
    this.#reports = world.reports
    this.#startedMs = world.clock.nowMs()
  }

  ranMs(): number {
    return this.#clock.nowMs() - this.#startedMs
  }

  hear(message: EngineMessage): void {
    if (message.channel !== 'control') return
    switch (message.kind) {
      case 'beat':
        this.#lastBeat = {
          atMs: this.#wallMs(),
          memoryMb: message.memoryMb,
          heapMb: message.heapMb
        }
        return
      case 'fatal':
        this.#fatal = message.message
        return
      case 'log':
        this.#keep(message)
        return
      case 'ready':
      case 'stopped':
    }
  }

  /** What it was to do did not come in time; its host ends it. */
  giveUp(awaited: NonNullable<EndFacts['awaited']>): void {
    this.#awaited = awaited
  }

  /** Judges how it ended and keeps a report of it, unless it ended as it was told to. */
  ended(exit: EngineExit): EngineEnd & { readonly atMs: number } {
    const pid = this.#process.pid
    const { blocked, nodeReport } = this.#reports?.take(pid) ?? { blocked: null, nodeReport: null }
    const told = { exit, fatal: this.#fatal, blocked, lastBeat: this.#lastBeat }
    const end = judgeEngineEnd({ ...told, awaited: this.#awaited, report: nodeReport })
    const atMs = this.#wallMs()
    if (exit.code !== 0 || exit.signal !== null) {
      const log = [...this.#lines]
      this.#reports?.keep({ atMs, ...end, pid, ranMs: this.ranMs(), ...told, nodeReport, log })
    }
    return { ...end, atMs }
  }

  #keep({ level, event, fields }: Extract<EngineMessage, { readonly kind: 'log' }>): void {
    this.#lines.push({ atMs: this.#wallMs(), level, event, fields })
    if (this.#lines.length > mostLines) this.#lines.shift()
  }
}
