/**
 * States of a breaker.
 *
 *   closed ─▶ open: the venue is down, in maintenance, or wants to be left alone; one connection at a time
 *             probes it, the others wait
 *     ▲         │
 *     └─────────┘  a connection opened
 */
import type { CloseCause } from './close-cause.ts'

const togetherMs = 5_000
const enough = 3
const firstProbeMs = 1_000
const probeEveryMs = 5_000
const maintenanceProbeMs = 60_000
/** What a venue announced is believed for so long. */
const announcedForMs = 600_000

/** Why all connections of a venue are held back. Times are monotonic. */
export type Outage = {
  readonly reason: 'rate' | 'breaker' | 'maintenance'
  readonly sinceMs: number
  /** The failure that showed it last, in words. */
  readonly text: string
  /** It cannot be reached, as against reached and refused. */
  readonly isDown: boolean
  /** Attempts met nothing but names that do not resolve and networks out of reach. */
  readonly isOffNet: boolean
  /** The next probe comes no sooner. */
  readonly probeMs: number
}

/** One connection that was lost, or did not come about. */
export type Failure = {
  readonly connection: string
  readonly cause: CloseCause
  /** It had been open. */
  readonly wasOpen: boolean
}

export type BreakerHold = {
  readonly reason: 'rate' | 'breaker'
  readonly untilMs: number
  readonly text: string
}

/** Tells an outage of the whole venue from the mishaps of single connections, and when to look whether it is over. */
export class Breaker {
  readonly #connections: () => number
  readonly #leastProbeMs: number
  #outage: Outage | null = null
  /** Losses of the last five seconds, oldest first; emptied when one opens. */
  #recent: { readonly connection: string; readonly atMs: number }[] = []
  /** Those lost and not open since. */
  readonly #down = new Set<string>()
  /** Failures since a connection opened last. */
  #inARow = 0
  #probes = 0
  #probedMs = -Infinity
  #announcedUntilMs = -Infinity
  /** Whether attempts since one opened met nothing but names and networks; null: there were none. */
  #isOffNet: boolean | null = null

  /**
   * @param connections How many there are now.
   * @param leastProbeMs Probes come no faster, so that they leave half of the venue's budget to the return.
   */
  constructor(connections: () => number, leastProbeMs: number) {
    this.#connections = connections
    this.#leastProbeMs = leastProbeMs
  }

  /** Null while connections may be opened freely. */
  get outage(): Outage | null {
    return this.#outage
  }

  /** A connection opened: the venue is back. */
  opened(connection: string): void {
    if (this.#outage !== null) this.#announcedUntilMs = -Infinity
    this.#outage = null
    this.#recent = []
    this.#down.delete(connection)
    this.#inARow = 0
    this.#probes = 0
    this.#probedMs = -Infinity
    this.#isOffNet = null
  }

  /** A connection is not down, or is no more. */
  forget(connection: string): void {
    this.#down.delete(connection)
  }

  /** A probe is under way. */
  probing(nowMs: number): void {
    this.#probedMs = nowMs
    this.#probes += 1
  }

  failed(failure: Failure, nowMs: number): void {
    const { connection, cause } = failure
    this.#down.add(connection)
    // What the venue said to one connection, or a pause that is held by itself, shows no outage.
    if (cause.class === 'rate' || cause.class === 'auth' || cause.class === 'policy') return
    this.#inARow += 1
    this.#recent = this.#recent.filter(({ atMs }) => atMs > nowMs - togetherMs)
    this.#recent.push({ connection, atMs: nowMs })
    const isKnown = this.#outage !== null || nowMs < this.#announcedUntilMs
    if (!isKnown && cause.concerns === 'connection' && !this.#isTogether()) return
    this.#open(failure, nowMs)
  }

  /** The venue is to be left alone until then: it asked for that, or let nobody in. */
  hold(hold: BreakerHold, nowMs: number): void {
    const known = this.#outage
    const probeMs = Math.max(hold.untilMs, known?.probeMs ?? -Infinity)
    if (known !== null && hold.reason === 'rate') {
      this.#outage = { ...known, probeMs }
      return
    }
    const { reason, text } = hold
    const sinceMs = known?.sinceMs ?? nowMs
    this.#isOffNet = false
    this.#outage = { reason, sinceMs, text, isDown: false, isOffNet: false, probeMs }
  }

  /** The venue announced its maintenance: what is lost soon is lost to it. */
  announced(nowMs: number): void {
    this.#announcedUntilMs = nowMs + announcedForMs
  }

  /** A pause that is over and held nobody back leaves nothing behind. */
  settle(nowMs: number): void {
    const isOver = this.#outage?.reason === 'rate' && nowMs >= this.#outage.probeMs
    if (!isOver || this.#down.size > 0) return
    this.#outage = null
    this.#isOffNet = null
  }

  /** Somebody wants to know now; a pause is kept all the same. */
  hurry(nowMs: number): void {
    if (this.#outage === null || this.#outage.reason === 'rate') return
    this.#outage = { ...this.#outage, probeMs: nowMs }
  }

  #isTogether(): boolean {
    if (new Set(this.#recent.map(({ connection }) => connection)).size >= enough) return true
    return this.#inARow >= 2 && this.#down.size >= this.#connections()
  }

  #open({ cause, wasOpen }: Failure, nowMs: number): void {
    const isMaintenance =
      cause.class === 'maintenance' ||
      this.#outage?.reason === 'maintenance' ||
      nowMs < this.#announcedUntilMs
    const isOffNet = cause.class === 'dns' || cause.class === 'unreachable'
    // How a link that stood was lost tells nothing of the way there: losing the network looks like a silence.
    if (!wasOpen) this.#isOffNet = isOffNet && (this.#isOffNet ?? true)
    this.#outage = {
      reason: isMaintenance ? 'maintenance' : 'breaker',
      sinceMs: this.#outage?.sinceMs ?? nowMs,
      text: cause.text,
      isDown: true,
      isOffNet: this.#isOffNet ?? false,
      probeMs: this.#nextProbeMs({ cause, wasOpen, isMaintenance }, nowMs)
    }
  }

  /** At once after links were lost, then after 1, 2, 4 and each 5 s, from start to start. */
  #nextProbeMs(
    of: { readonly cause: CloseCause; readonly wasOpen: boolean; readonly isMaintenance: boolean },
    nowMs: number
  ): number {
    const { leastDelayMs, retryAfterMs } = of.cause
    const ownMs = Math.max(leastDelayMs, retryAfterMs ?? 0)
    const leastMs = of.isMaintenance ? Math.max(maintenanceProbeMs, ownMs) : ownMs
    const isFirst = this.#probes === 0
    if (isFirst && this.#outage !== null) return Math.max(this.#outage.probeMs, nowMs + leastMs)
    const growingMs = Math.min(probeEveryMs, firstProbeMs * 2 ** Math.max(0, this.#probes - 1))
    const pauseMs = isFirst && of.wasOpen ? 0 : Math.max(growingMs, this.#leastProbeMs)
    const fromMs = isFirst ? nowMs : this.#probedMs
    return Math.max(nowMs, fromMs + Math.max(pauseMs, leastMs))
  }
}
