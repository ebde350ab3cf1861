import { SlidingCount } from './sliding-count.ts'
import type { BinanceTuning } from './tuning.ts'

type GuardRules = Pick<BinanceTuning, 'connects' | 'weightPerMinute' | 'ban'>

/** What became of a REST request. */
export type RequestVerdict = {
  readonly outcome: 'allowed' | 'limited' | 'banned'
  /** Weight that the address used in the running minute, this request included. */
  readonly usedWeight: number
  /** When to come back, in whole seconds; 0 when allowed. */
  readonly retryAfterSeconds: number
}

type Guest = {
  readonly connects: SlidingCount
  strikesMs: number[]
  bannedUntilMs: number
  bans: number
  minute: number
  weight: number
}

const minuteMs = 60_000
/** Bound of the table of addresses; loopback has few, the oldest goes first. */
const maxGuests = 4096

/** Holds every address to the venue's limits; who keeps breaking them is shut out, longer each time. */
export class AddressGuard {
  readonly #rules: GuardRules
  readonly #clock: () => number
  readonly #guests = new Map<string, Guest>()
  #refusedConnects = 0
  #refusedRequests = 0
  #bans = 0

  /** @param clock Monotonic, ms. */
  constructor(rules: GuardRules, clock: () => number) {
    this.#rules = rules
    this.#clock = clock
  }

  get refusedConnects(): number {
    return this.#refusedConnects
  }

  get refusedRequests(): number {
    return this.#refusedRequests
  }

  get bans(): number {
    return this.#bans
  }

  /** Counts an attempt to connect; says with which HTTP status it is refused, or null. */
  connect(address: string): 429 | 418 | null {
    const guest = this.#guest(address)
    const nowMs = this.#clock()
    if (nowMs >= guest.bannedUntilMs && guest.connects.take(nowMs)) return null
    this.#refusedConnects += 1
    return this.#strike(guest, nowMs) ? 418 : 429
  }

  /** A connection of the address was cut for sending too much. */
  cut(address: string): void {
    this.#strike(this.#guest(address), this.#clock())
  }

  request(address: string, weight: number): RequestVerdict {
    const guest = this.#guest(address)
    const nowMs = this.#clock()
    const minute = Math.floor(nowMs / minuteMs)
    if (guest.minute !== minute) {
      guest.minute = minute
      guest.weight = 0
    }
    const isBanned = nowMs < guest.bannedUntilMs
    if (!isBanned) guest.weight += weight
    const usedWeight = guest.weight
    if (!isBanned && usedWeight <= this.#rules.weightPerMinute) {
      return { outcome: 'allowed', usedWeight, retryAfterSeconds: 0 }
    }
    this.#refusedRequests += 1
    const outcome = this.#strike(guest, nowMs) ? 'banned' : 'limited'
    const untilMs = outcome === 'banned' ? guest.bannedUntilMs : (minute + 1) * minuteMs
    return { outcome, usedWeight, retryAfterSeconds: Math.ceil((untilMs - nowMs) / 1000) }
  }

  /** Notes a breach; true when the address is banned, by it or already. */
  #strike(guest: Guest, nowMs: number): boolean {
    if (nowMs < guest.bannedUntilMs) return true
    const { strikes, withinMs, firstMs, mostMs } = this.#rules.ban
    guest.strikesMs = guest.strikesMs.filter((atMs) => atMs > nowMs - withinMs)
    guest.strikesMs.push(nowMs)
    if (guest.strikesMs.length < strikes) return false
    guest.strikesMs = []
    guest.bannedUntilMs = nowMs + Math.min(mostMs, firstMs * 2 ** guest.bans)
    guest.bans += 1
    this.#bans += 1
    return true
  }

  #guest(address: string): Guest {
    const known = this.#guests.get(address)
    if (known !== undefined) return known
    const [oldest] = this.#guests.keys()
    if (this.#guests.size >= maxGuests && oldest !== undefined) this.#guests.delete(oldest)
    const guest = {
      connects: new SlidingCount(this.#rules.connects),
      strikesMs: [],
      bannedUntilMs: -Infinity,
      bans: 0,
      minute: NaN,
      weight: 0
    }
    this.#guests.set(address, guest)
    return guest
  }
}
