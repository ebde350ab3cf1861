/**
 * How far the tape of one instrument reaches. One small object, because every trade touches it: what is
 * said of the ordinary trade, the next one on a link that stands, is said here and nowhere else.
 */
export class Frontier {
  /** The highest id seen or announced; NaN before the first and where ids do not count on: nothing follows it. */
  highestId = NaN
  /** The highest id that the venue spoke of ahead of its trade; -Infinity when none is awaited. */
  announcedId = -Infinity
  /** A link stood all along since the highest id. */
  isStanding = false
  /** Venue time at which the highest id was the newest: of its trade, or of a later word. NaN before the first. */
  provenMs = NaN
  /** End of the newest coverage, venue time; -Infinity before the first. */
  sealedMs = -Infinity
  /** The end from which on it is to be told; Infinity while it stands in to be told. */
  tellAtMs = -Infinity
  readonly #tell: () => void

  /** @param tell Called when coverage reached `tellAtMs`. */
  constructor(tell: () => void) {
    this.#tell = tell
  }

  /** Takes the trade that is expected next, on a link that stands; any other is left to the ledger. */
  takeNext(id: number, eventMs: number): boolean {
    if (id !== this.highestId + 1 || !this.isStanding) return false
    this.highestId = id
    this.provenMs = eventMs
    this.seal(eventMs)
    return true
  }

  /** Takes the venue's word that the highest id still is the newest; any other word is left to the ledger. */
  takeStill(id: number, eventMs: number): boolean {
    if (id !== this.highestId || !this.isStanding || this.announcedId > id) return false
    this.stillAt(eventMs)
    return true
  }

  /** The highest id was the newest at that time. */
  stillAt(eventMs: number): void {
    this.provenMs = Math.max(this.provenMs, eventMs)
    this.seal(eventMs)
  }

  /** Lets coverage grow to a time; it never shrinks. */
  seal(toMs: number): void {
    if (!(toMs > this.sealedMs)) return
    this.sealedMs = toMs
    if (toMs >= this.tellAtMs) this.#tell()
  }
}
