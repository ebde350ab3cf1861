import { createTokenBucket } from '../../core/market/token-bucket.ts'
import type { TokenBucket } from '../../core/market/token-bucket.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { ParsedFrame, Venue, VenueRequest } from '../../venues/venue.ts'
import type { Clock, Timer } from './clock.ts'

const acknowledgeWithinMs = 10_000

/** Why an instrument is not carried whose request was never answered, though others were. */
const unansweredReason = 'no acknowledgement'

/** Seconds' worth of messages that may go at once. */
const burstSeconds = 1

export type Acknowledged = Extract<ParsedFrame, { kind: 'acknowledged' }>
export type Refused = Extract<ParsedFrame, { kind: 'refused' }>

/** What becomes of the requests; told to the connection. */
export type SubscriptionListener = {
  send(frame: string): void
  /** The venue will not give these. */
  refused(instruments: readonly InstrumentId[], reason: string): void
  /** Every request has been answered, or needs no answer. */
  settled(): void
  /** A request was sent twice and never answered, and no other was. */
  unanswered(): void
}

type Entry = {
  readonly operation: 'subscribe' | 'unsubscribe'
  readonly request: VenueRequest
  /** Those still wanted of it. */
  instruments: readonly Instrument[]
  /** Sent once before, without an answer. */
  readonly isSecond: boolean
  /** Monotonic. */
  sentMs: number
}

/**
 * The subscribe and unsubscribe messages of one open socket: paced, acknowledged, sent again once,
 * and split in halves until the instrument at fault stands alone.
 *
 * Venues whose acknowledgement names no request get one message at a time, so that a refusal is
 * known to mean it.
 */
export class Subscriptions {
  readonly #venue: Venue
  readonly #clock: Clock
  readonly #listener: SubscriptionListener
  readonly #pace: TokenBucket
  #waiting: Entry[] = []
  #outstanding: Entry[] = []
  #controls: string[] = []
  #nextRequestId = 1
  #timer: Timer | null = null
  #isSettled = false
  #isClosed = false
  /** The venue answered some request. */
  #isAnswered = false
  /** Most instruments of one request. */
  readonly #batch: number

  /** @param batch Most instruments of one request; as many as the venue takes unless given. */
  constructor(venue: Venue, clock: Clock, listener: SubscriptionListener, batch = Infinity) {
    this.#batch = batch
    this.#venue = venue
    this.#clock = clock
    this.#listener = listener
    const perSecond = venue.limits.messagesPerSecond
    this.#pace = createTokenBucket(
      { burst: perSecond * burstSeconds, perSecond },
      clock.monotonicMs()
    )
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  subscribe(instruments: readonly Instrument[]): void {
    this.#queue('subscribe', instruments, false)
    this.#pump()
  }

  unsubscribe(instruments: readonly Instrument[]): void {
    this.#queue('unsubscribe', instruments, false)
    this.#pump()
  }

  /** Sends an application ping or the like: before waiting requests, within the same pace. */
  sendControl(frame: string): void {
    this.#controls.push(frame)
    this.#pump()
  }

  acknowledged(ack: Acknowledged): void {
    this.#isAnswered = true
    const subscribed = ack.subscribed === null ? null : new Set(ack.subscribed)
    const entry =
      ack.requestId === null
        ? this.#outstanding[0]
        : this.#outstanding.find(({ request }) => request.requestId === ack.requestId)
    if (entry === undefined) return
    if (subscribed !== null) entry.instruments = unmetOf(entry, subscribed)
    if (subscribed !== null && entry.instruments.length > 0) return
    this.#finish(entry)
    this.#pump()
  }

  /** @returns False when it is no answer to what was asked: the venue complains unasked. */
  refused(refusal: Refused): boolean {
    const entry = this.#findRefused(refusal)
    if (entry === undefined && isUnasked(refusal)) return false
    this.#isAnswered = true
    if (entry === undefined || refusal.scope === 'instrument') {
      this.#refuseNamed(entry, refusal)
    } else {
      this.#finish(entry)
      if (entry.operation === 'subscribe') this.#isolate(entry, refusal)
    }
    this.#pump()
    return true
  }

  /** Looks for requests without an answer; its owner calls it every second. */
  tick(): void {
    const lateMs = this.#clock.monotonicMs() - acknowledgeWithinMs
    for (const entry of this.#outstanding.filter(({ sentMs }) => sentMs <= lateMs)) {
      this.#finish(entry)
      if (!entry.isSecond) this.#queue(entry.operation, entry.instruments, true)
      else if (entry.operation === 'subscribe') {
        if (!this.#isAnswered) {
          this.#listener.unanswered()
          return
        }
        this.#halve(entry.instruments, { isSecond: true, reason: unansweredReason })
      }
    }
    this.#pump()
  }

  close(): void {
    this.#isClosed = true
    this.#waiting = []
    this.#outstanding = []
    this.#controls = []
    this.#timer?.cancel()
    this.#timer = null
  }

  #queue(
    operation: Entry['operation'],
    instruments: readonly Instrument[],
    isSecond: boolean
  ): void {
    if (instruments.length > this.#batch) {
      this.#queue(operation, instruments.slice(0, this.#batch), isSecond)
      this.#queue(operation, instruments.slice(this.#batch), isSecond)
      return
    }
    if (instruments.length === 0) return
    const build =
      operation === 'subscribe'
        ? this.#venue.subscribe(instruments, this.#nextRequestId)
        : this.#venue.unsubscribe(instruments, this.#nextRequestId)
    this.#nextRequestId += build.length
    const byId = new Map<InstrumentId, Instrument>(instruments.map((each) => [each.id, each]))
    for (const request of build) {
      const own = request.instruments.flatMap((id) => byId.get(id) ?? [])
      this.#waiting.push({ operation, request, instruments: own, isSecond, sentMs: 0 })
    }
    this.#isSettled = false
  }

  #pump(): void {
    if (this.#isClosed || this.#timer !== null) return
    while (this.#hasSendable()) {
      const nowMs = this.#clock.monotonicMs()
      if (!this.#pace.take(nowMs)) {
        this.#timer = this.#clock.after(this.#pace.waitMs(nowMs), () => {
          this.#timer = null
          this.#pump()
        })
        return
      }
      this.#sendNext(nowMs)
    }
    if (this.#isSettled || this.#waiting.length > 0 || this.#outstanding.length > 0) return
    this.#isSettled = true
    this.#listener.settled()
  }

  #hasSendable(): boolean {
    if (this.#controls.length > 0) return true
    const isOneAtATime = this.#venue.acknowledges === 'list'
    return this.#waiting.length > 0 && !(isOneAtATime && this.#outstanding.length > 0)
  }

  #sendNext(nowMs: number): void {
    const control = this.#controls.shift()
    if (control !== undefined) {
      this.#listener.send(control)
      return
    }
    const entry = this.#waiting.shift()
    if (entry === undefined) return
    entry.sentMs = nowMs
    if (this.#venue.acknowledges !== 'none') this.#outstanding.push(entry)
    this.#listener.send(entry.request.frame)
  }

  #finish(entry: Entry): void {
    this.#outstanding = this.#outstanding.filter((other) => other !== entry)
  }

  #findRefused(refusal: Refused): Entry | undefined {
    if (refusal.requestId !== null) {
      return this.#outstanding.find(({ request }) => request.requestId === refusal.requestId)
    }
    const named = new Set(refusal.instruments)
    return (
      this.#outstanding.find(({ instruments }) => instruments.some(({ id }) => named.has(id))) ??
      this.#outstanding[0]
    )
  }

  #refuseNamed(entry: Entry | undefined, refusal: Refused): void {
    if (refusal.code === 'already-subscribed' || refusal.instruments.length === 0) return
    this.#listener.refused(refusal.instruments, refusal.reason)
    if (entry === undefined) return
    entry.instruments = divide(entry, refusal.instruments).others
    if (entry.instruments.length === 0) this.#finish(entry)
  }

  #isolate(entry: Entry, refusal: Refused): void {
    const { named, others } = divide(entry, refusal.instruments)
    const isHeld = refusal.code === 'already-subscribed'
    if (isHeld && (entry.isSecond || entry.instruments.length === 1)) return
    if (named.length > 0) {
      if (!isHeld) this.#listener.refused(idsOf(named), refusal.reason)
      this.#queue('subscribe', others, false)
      return
    }
    this.#halve(others, { isSecond: false, reason: refusal.reason })
  }

  /** Asks again in halves; of the one that is left alone it is known to be at fault. */
  #halve(
    instruments: readonly Instrument[],
    how: { readonly isSecond: boolean; readonly reason: string }
  ): void {
    if (instruments.length <= 1) {
      if (instruments.length > 0) this.#listener.refused(idsOf(instruments), how.reason)
      return
    }
    const middle = Math.ceil(instruments.length / 2)
    this.#queue('subscribe', instruments.slice(0, middle), how.isSecond)
    this.#queue('subscribe', instruments.slice(middle), how.isSecond)
  }
}

/** Names nothing that could have been asked for. */
function isUnasked({ code, instruments }: Refused): boolean {
  return code !== 'already-subscribed' && instruments.length === 0
}

/** Those of an entry that a list of all subscriptions does not show as asked. */
function unmetOf(entry: Entry, subscribed: ReadonlySet<InstrumentId>): readonly Instrument[] {
  const isWanted = entry.operation === 'subscribe'
  return entry.instruments.filter(({ id }) => subscribed.has(id) !== isWanted)
}

function divide(
  entry: Entry,
  names: readonly InstrumentId[]
): { readonly named: readonly Instrument[]; readonly others: readonly Instrument[] } {
  const set = new Set(names)
  return {
    named: entry.instruments.filter(({ id }) => set.has(id)),
    others: entry.instruments.filter(({ id }) => !set.has(id))
  }
}

function idsOf(instruments: readonly Instrument[]): readonly InstrumentId[] {
  return instruments.map(({ id }) => id)
}
