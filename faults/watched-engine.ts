import { EngineHost, type EngineMake } from '../bench/engine-host.ts'
import type { EngineConfig } from '../src/contracts/engine-protocol.ts'
import type { Provocation } from '../src/contracts/provocation.ts'
import type { ConnectionRow, HealthRow, LedgerRow } from '../src/contracts/state-rows.ts'
import type { Delta, Snapshot } from '../src/contracts/state-stream.ts'
import { LinkWatch } from './link-watch.ts'
import { LogCount } from './log-count.ts'
import { LogEvents } from './log-events.ts'
import type { EngineLine } from './log-files.ts'
import { LoopReadings } from './loop-readings.ts'

/** What the stream of one engine has shown. */
class Shown {
  readonly connections = new Map<string, ConnectionRow>()
  readonly ledger = new Map<string, LedgerRow>()
  readonly links = new LinkWatch()
  readonly log = new LogCount()
  readonly events = new LogEvents()
  readonly loop = new LoopReadings()
  health: HealthRow | null = null
  /** When a gap was first seen open, monotonic; null: not since `forgetGap`. */
  firstGapMs: number | null = null
  #beatMs: number | null = null
  /** The longest time between two beats, ms. */
  longestBeatMs = 0

  get hasBeaten(): boolean {
    return this.#beatMs !== null
  }

  beat(): void {
    const nowMs = performance.now()
    this.longestBeatMs = Math.max(this.longestBeatMs, nowMs - (this.#beatMs ?? nowMs))
    this.#beatMs = nowMs
  }

  take(frame: Snapshot | Delta): void {
    if (frame.kind === 'snapshot') {
      this.connections.clear()
      this.ledger.clear()
    } else for (const id of frame.removed.connections ?? []) this.connections.delete(id)
    const rows = frame.kind === 'snapshot' ? frame.tables : frame.changed
    for (const row of rows.connections ?? []) {
      this.connections.set(row.id, row)
      this.links.take(row)
    }
    for (const row of rows.ledger ?? []) this.ledger.set(row.id, row)
    const health = rows.health?.[0]
    if (health !== undefined) {
      this.health = health
      this.loop.note(health.eventLoopDelayP99Ms)
    }
    if (this.openGaps > 0) this.firstGapMs ??= performance.now()
  }

  get openGaps(): number {
    return [...this.ledger.values()].reduce((sum, { openGaps }) => sum + openGaps, 0)
  }
}

/** A built engine as a process, and what it shows of itself. */
export class WatchedEngine {
  readonly #host: EngineHost
  readonly #shown: Shown

  private constructor(host: EngineHost, shown: Shown) {
    this.#host = host
    this.#shown = shown
  }

  /**
   * @param onLog Hears each line that it wants logged.
   * @param make What differs from an engine as users have it.
   */
  static launch(
    config: EngineConfig,
    onLog: (line: EngineLine) => void = () => undefined,
    make: EngineMake = {}
  ): WatchedEngine {
    const shown = new Shown()
    const take = (frame: Snapshot | Delta) => shown.take(frame)
    const log = (line: EngineLine) => {
      shown.log.note()
      shown.events.note(line)
      onLog(line)
    }
    const listener = { snapshot: take, delta: take, log, beat: () => shown.beat() }
    return new WatchedEngine(EngineHost.launch(config, listener, make), shown)
  }

  /** @throws Error when it cannot run. */
  untilReady(): Promise<void> {
    return this.#host.untilReady()
  }

  get pid(): number {
    return this.#host.pid
  }

  get openGaps(): number {
    return this.#shown.openGaps
  }

  get firstGapMs(): number | null {
    return this.#shown.firstGapMs
  }

  forgetGap(): void {
    this.#shown.firstGapMs = null
  }

  /** Whether every connection is live, or being handed over, and there are some. */
  get isLive(): boolean {
    const rows = [...this.#shown.connections.values()].filter(({ state }) => state !== 'closed')
    return rows.length > 0 && rows.every(({ state }) => state === 'live' || state === 'draining')
  }

  get connections(): readonly ConnectionRow[] {
    return [...this.#shown.connections.values()]
  }

  /** What became of its links, since the start. */
  get links(): LinkWatch {
    return this.#shown.links
  }

  /** How many lines it wanted logged. */
  get log(): LogCount {
    return this.#shown.log
  }

  /** How late its event loop was. */
  get loop(): LoopReadings {
    return this.#shown.loop
  }

  /** What its lines told. */
  get events(): LogEvents {
    return this.#shown.events
  }

  get health(): HealthRow | null {
    return this.#shown.health
  }

  /** It beat at least once: from then on the time between two beats is known. */
  get hasBeaten(): boolean {
    return this.#shown.hasBeaten
  }

  /** The longest time between two of its beats since `forgetBeats`, ms; its loop stood still beyond 1 s. */
  get longestBeatMs(): number {
    return this.#shown.longestBeatMs
  }

  forgetBeats(): void {
    this.#shown.longestBeatMs = 0
  }

  /** Tells it to have a fault. */
  provoke(fault: Provocation): void {
    this.#host.provoke(fault)
  }

  stop(): Promise<void> {
    return this.#host.stop()
  }

  kill(): Promise<void> {
    return this.#host.kill()
  }
}
