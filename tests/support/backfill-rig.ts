import type { Candle } from '../../src/core/market/candle.ts'
import type { Anchor, Trade } from '../../src/core/market/event.ts'
import type { Instrument, InstrumentId } from '../../src/core/market/instrument.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import type { Settlement } from '../../src/core/market/ledger/settlement.ts'
import type { Applied } from '../../src/core/pipeline/pipeline.ts'
import { Backfill } from '../../src/engine/collector/backfill/backfill.ts'
import type { BackfillEvent } from '../../src/engine/collector/backfill/backfill-event.ts'
import type { Venue } from '../../src/venues/venue.ts'
import { FakeClock } from './fake-clock.ts'
import { aToy, toyVenue } from './toy-venue.ts'

/** When the feed of the rig's instruments broke, epoch ms; a whole minute. */
export const brokeMs = 1_799_999_940_000

/** A gap of ids of `toy:A-USD`, whose trade of id n is of `brokeMs` + n. */
export function aNumberedGap(firstId: number, lastId: number, changes: Partial<Gap> = {}): Gap {
  return {
    instrument: 'toy:A-USD',
    firstId,
    lastId,
    fromMs: brokeMs + firstId - 1,
    toMs: brokeMs + lastId + 1,
    state: 'open',
    cause: 'disconnected',
    reason: null,
    missedTrades: lastId - firstId + 1,
    source: null,
    ...changes
  }
}

/** A gap of a venue whose ids have no order. */
export function aTimedGap(fromMs: number, toMs: number): Gap {
  return {
    instrument: 'toy:A-USD',
    firstId: null,
    lastId: null,
    fromMs,
    toMs,
    state: 'open',
    cause: 'disconnected',
    reason: null,
    missedTrades: null,
    source: null
  }
}

/** The toy venue's trade of an id. */
export function toyTrade(id: number | string, changes: Partial<Trade> = {}): Trade {
  const eventMs = brokeMs + (typeof id === 'number' ? id : 0)
  return {
    kind: 'trade',
    instrument: 'toy:A-USD',
    id,
    eventMs,
    receivedMs: eventMs + 40,
    price: 100,
    size: 1,
    side: 'buy',
    ...changes
  }
}

/** A minute of the toy venue's own. */
export function toyCandle(openMs: number): Candle {
  return {
    instrument: 'toy:A-USD',
    interval: '1m',
    openMs,
    closeMs: openMs + 60_000,
    dayMs: 0,
    index: 0,
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    volume: 1,
    buyVolume: 0,
    trades: 0,
    firstOrder: { major: 0, minor: 0 },
    lastOrder: { major: 0, minor: 0 },
    revision: 0,
    final: true,
    source: 'venue',
    state: 'refilled-candles'
  }
}

/** Backfill between a fake clock, a scripted venue and a run that only keeps what it is given. */
export class BackfillRig {
  readonly clock = new FakeClock()
  /** What the run took in, in order. */
  readonly applied: Trade[] = []
  readonly candles: Candle[] = []
  readonly settlements: Settlement[] = []
  readonly anchors: Anchor[] = []
  readonly events: BackfillEvent[] = []
  readonly visible = new Set<InstrumentId>()
  readonly priority = new Set<InstrumentId>()
  readonly lastTradeMs = new Map<InstrumentId, number>()
  readonly backfill: Backfill
  /** The run has no room for a trade. */
  isFull = false
  /** What chance says next. */
  chance = 0.5
  #gaps: readonly Gap[] = []
  readonly #missing = new Map<Gap, Set<number>>()
  readonly #stored = new Map<string, Trade>()

  constructor(
    venue: Partial<Venue>,
    gaps: readonly Gap[] = [],
    instruments: readonly Instrument[] = [aToy('A-USD'), aToy('B-USD'), aToy('C-USD')]
  ) {
    for (const gap of gaps) this.open(gap)
    this.backfill = new Backfill({
      venue: toyVenue(venue),
      clock: this.clock,
      random: () => this.chance,
      rest: (signal) => ({
        rest: { getJson: () => Promise.reject(new Error('a scripted venue asks for no URL')) },
        restUrl: 'http://toy.test',
        apiKey: null,
        signal
      }),
      instruments: () => instruments,
      openGaps: () => this.#gaps,
      visible: () => this.visible,
      priority: () => this.priority,
      known: ({ instrument, ids }) =>
        Promise.resolve(ids.flatMap((id) => this.#stored.get(`${instrument} ${id}`) ?? [])),
      apply: (trade) => this.#apply(trade),
      putCandles: (candles) => this.candles.push(...candles),
      settle: (settlement) => this.#settle(settlement),
      announce: (anchor) => this.anchors.push(anchor),
      lastTradeMs: (id) => this.lastTradeMs.get(id) ?? null,
      onEvent: (event) => this.events.push(event)
    })
  }

  /** Gaps not yet settled. */
  get gaps(): readonly Gap[] {
    return this.#gaps
  }

  /** Ids stored, ascending. */
  get storedIds(): readonly number[] {
    return [...this.#stored.values()].map(({ id }) => Number(id)).sort((a, b) => a - b)
  }

  /** Opens a gap; the run closes it when the last of its ids is stored. */
  open(gap: Gap): void {
    this.#gaps = [...this.#gaps, gap]
    const { firstId, lastId } = gap
    if (firstId === null || lastId === null) return
    const ids = Array.from(Array(lastId - firstId + 1).keys(), (at) => firstId + at)
    this.#missing.set(gap, new Set(ids))
  }

  /** Puts a gap in the place of the only one. */
  replace(gap: Gap): void {
    for (const old of this.#gaps) this.#drop(old)
    this.open(gap)
    for (const { instrument, id } of this.#stored.values()) {
      if (instrument === gap.instrument) this.#missing.get(gap)?.delete(Number(id))
    }
  }

  /** A trade comes by the feed. */
  live(trade: Trade): void {
    this.#store(trade)
  }

  /** Lets time pass in small steps, and everything asked be answered in between. */
  async pass(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 250) {
      this.clock.advance(Math.min(250, ms - passedMs))
      await settled()
    }
  }

  /** Starts, and lets what is due at once be asked. */
  async start(): Promise<void> {
    this.backfill.start()
    await settled()
  }

  #apply(trade: Trade): Applied {
    if (this.isFull) return 'dropped'
    this.applied.push(trade)
    return this.#store(trade)
  }

  #store(trade: Trade): Applied {
    const name = `${trade.instrument} ${trade.id}`
    if (this.#stored.has(name)) return 'duplicate'
    this.#stored.set(name, trade)
    for (const [gap, missing] of this.#missing) {
      if (gap.instrument !== trade.instrument || !missing.delete(Number(trade.id))) continue
      if (missing.size === 0) this.#drop(gap)
    }
    return 'stored'
  }

  #drop(gap: Gap): void {
    this.#missing.delete(gap)
    this.#gaps = this.#gaps.filter((other) => other !== gap)
  }

  #settle(settlement: Settlement): void {
    this.settlements.push(settlement)
    const { instrument, firstId, fromMs } = settlement.key
    const settledGap = this.#gaps.find(
      (gap) =>
        gap.instrument === instrument &&
        gap.firstId === firstId &&
        (firstId !== null || gap.fromMs === fromMs)
    )
    if (settledGap !== undefined) this.#drop(settledGap)
  }
}

/** Lets every answer that is there already be worked off. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
