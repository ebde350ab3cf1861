import { TokenBucket, type BucketRule } from './token-bucket.ts'

/** A bucket per address, and what repeated breaches lead to. */
export type RateRule = BucketRule & {
  /** Null: breaches are only refused. Otherwise so many within `withinMs` shut the address out for `forMs`. */
  readonly ban: {
    readonly breaches: number
    readonly withinMs: number
    readonly forMs: number
  } | null
}

export type RateVerdict = 'allowed' | 'limited' | 'banned'

type Guest = { readonly bucket: TokenBucket; breachesMs: number[]; bannedUntilMs: number }

/** Bound of the table of addresses; loopback has few, the oldest goes first. */
const maxGuests = 4096

/** Holds every address to one rate, bans those who keep breaking it, and counts both. */
export class RateGate {
  readonly #rule: RateRule
  readonly #clock: () => number
  readonly #guests = new Map<string, Guest>()
  #breaches = 0
  #bans = 0

  /** @param clock Monotonic, ms. */
  constructor(rule: RateRule, clock: () => number) {
    this.#rule = rule
    this.#clock = clock
  }

  /** Takes one token of an address. */
  take(address: string): RateVerdict {
    const nowMs = this.#clock()
    const guest = this.#guest(address, nowMs)
    if (nowMs < guest.bannedUntilMs) {
      this.#breaches += 1
      return 'banned'
    }
    if (guest.bucket.take(nowMs)) return 'allowed'
    this.#breaches += 1
    return this.#punish(guest, nowMs)
  }

  /** Whole tokens an address has left. */
  left(address: string): number {
    return this.#guests.get(address)?.bucket.left ?? this.#rule.burst
  }

  /** Requests refused so far, those of banned addresses included. */
  get breaches(): number {
    return this.#breaches
  }

  get bans(): number {
    return this.#bans
  }

  #guest(address: string, nowMs: number): Guest {
    const known = this.#guests.get(address)
    if (known !== undefined) return known
    const guest = {
      bucket: new TokenBucket(this.#rule, nowMs),
      breachesMs: [],
      bannedUntilMs: -Infinity
    }
    const [oldest] = this.#guests.keys()
    if (this.#guests.size >= maxGuests && oldest !== undefined) this.#guests.delete(oldest)
    this.#guests.set(address, guest)
    return guest
  }

  #punish(guest: Guest, nowMs: number): RateVerdict {
    const { ban } = this.#rule
    if (ban === null) return 'limited'
    guest.breachesMs = guest.breachesMs.filter((atMs) => atMs > nowMs - ban.withinMs)
    guest.breachesMs.push(nowMs)
    if (guest.breachesMs.length < ban.breaches) return 'limited'
    guest.breachesMs = []
    guest.bannedUntilMs = nowMs + ban.forMs
    this.#bans += 1
    return 'banned'
  }
}
