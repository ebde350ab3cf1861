import type { SimVenueId } from '../market.ts'

/** How often one venue was connected to. */
export type ConnectFigures = {
  /** Upgrades asked for since the start, refused ones too. */
  readonly attempts: number
  /** Of those: refused by a fault. */
  readonly refused: number
  /** The most within any second, and any five minutes. */
  readonly peakPerSecond: number
  readonly peakPer5Minutes: number
  /** Times a client was shut out for connecting too often. */
  readonly bans: number
}

type Limit = {
  readonly perSecond: number
  readonly per5Minutes: number
  readonly banMs: number
}

const secondMs = 1_000
const fiveMinutesMs = 300_000
/** More within five minutes than any client of ours may try. */
const mostKept = 50_000

class VenueConnects {
  readonly #atMs: number[] = []
  #attempts = 0
  #refused = 0
  #peakPerSecond = 0
  #peakPer5Minutes = 0
  #bannedUntilMs = -Infinity
  #bans = 0

  note(nowMs: number): void {
    this.#attempts += 1
    this.#atMs.push(nowMs)
    while ((this.#atMs[0] ?? nowMs) <= nowMs - fiveMinutesMs || this.#atMs.length > mostKept) {
      this.#atMs.shift()
    }
    this.#peakPerSecond = Math.max(this.#peakPerSecond, this.#within(secondMs, nowMs))
    this.#peakPer5Minutes = Math.max(this.#peakPer5Minutes, this.#atMs.length)
  }

  refuse(): void {
    this.#refused += 1
  }

  /** Whether the attempt noted last is one too many, or comes during a ban. */
  isBanned(limit: Limit, nowMs: number): boolean {
    if (nowMs < this.#bannedUntilMs) return true
    const isOver =
      this.#within(secondMs, nowMs) > limit.perSecond || this.#atMs.length > limit.per5Minutes
    if (!isOver) return false
    this.#bans += 1
    this.#bannedUntilMs = nowMs + limit.banMs
    return true
  }

  figures(): ConnectFigures {
    return {
      attempts: this.#attempts,
      refused: this.#refused,
      peakPerSecond: this.#peakPerSecond,
      peakPer5Minutes: this.#peakPer5Minutes,
      bans: this.#bans
    }
  }

  #within(ms: number, nowMs: number): number {
    let count = 0
    for (let at = this.#atMs.length - 1; at >= 0; at -= 1) {
      if ((this.#atMs[at] ?? -Infinity) <= nowMs - ms) break
      count += 1
    }
    return count
  }
}

/** Counts who connects to which venue, and holds them to a limit where a fault sets one. */
export class ConnectLog {
  readonly #venues = new Map<SimVenueId, VenueConnects>()

  note(venue: SimVenueId, nowMs: number): void {
    this.#of(venue).note(nowMs)
  }

  refuse(venue: SimVenueId): void {
    this.#of(venue).refuse()
  }

  isBanned(venue: SimVenueId, limit: Limit, nowMs: number): boolean {
    return this.#of(venue).isBanned(limit, nowMs)
  }

  /** Of every venue that was ever connected to. */
  figures(): Readonly<Record<string, ConnectFigures>> {
    return Object.fromEntries(
      Array.from(this.#venues, ([venue, connects]) => [venue, connects.figures()])
    )
  }

  #of(venue: SimVenueId): VenueConnects {
    const known = this.#venues.get(venue) ?? new VenueConnects()
    this.#venues.set(venue, known)
    return known
  }
}
