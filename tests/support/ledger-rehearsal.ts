import type { Trade } from '../../src/core/market/event.ts'
import type { IntervalSpec } from '../../src/core/market/interval.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import { utcDay } from '../../src/core/market/trading-day.ts'
import { Pipeline } from '../../src/core/pipeline/pipeline.ts'
import { aTrade } from './a-trade.ts'
import { anInstrument } from './an-instrument.ts'
import { CandleStore } from './candle-store.ts'

/** One happening in the life of a run that follows a venue with counted ids. */
export type RehearsalStep =
  /** The venue trades once for each entry; `lost` and `late` ones do not reach us now. */
  | { readonly kind: 'trade'; readonly fates: readonly ('told' | 'lost' | 'late')[] }
  | { readonly kind: 'latecomers' }
  | { readonly kind: 'repeat'; readonly which: number }
  | { readonly kind: 'heartbeat'; readonly afterMs: number }
  | { readonly kind: 'up' | 'down'; readonly connection: 'a' | 'b' }
  /** History tells the share of a gap's trades, from its newest on, and settles it where told to. */
  | {
      readonly kind: 'refill'
      readonly which: number
      readonly share: number
      readonly rest: 'lost' | 'refilled-candles' | null
    }
  | { readonly kind: 'lie'; readonly which: number; readonly about: 'id' | 'time' | 'price' }
  | { readonly kind: 'commit' | 'restart' | 'crash' }

const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const beginMs = Date.UTC(2026, 9, 1, 12)
const graceMs = 2_000
const firstId = 100

const beginnings: Readonly<Record<'traded' | 'told', readonly RehearsalStep[]>> = {
  traded: [{ kind: 'trade', fates: ['told'] }],
  told: [
    { kind: 'heartbeat', afterMs: 100 },
    { kind: 'heartbeat', afterMs: 100 }
  ]
}

/** A venue that counts its trades, a run that follows it, and the store that outlives the run. */
export class LedgerRehearsal {
  readonly store: CandleStore
  /** Everything the venue ever traded, ascending by id. */
  readonly truth: Trade[] = []
  /** What became of lies. */
  readonly lies: string[] = []
  readonly #specs: readonly IntervalSpec[]
  #pipeline: Pipeline
  #late: Trade[] = []
  readonly #links = new Set<string>()
  #nowMs = beginMs

  /** @param from `told`: the run knew an id by the venue's word only, of a trade before all others, when it was first committed. */
  constructor(specs: readonly IntervalSpec[], from: 'traded' | 'told' = 'traded') {
    this.#specs = specs
    this.store = new CandleStore({ tradeIds: 'contiguous', specs, dayOf: utcDay, graceMs })
    this.#pipeline = this.#start()
    this.play([{ kind: 'up', connection: 'a' }, ...beginnings[from], { kind: 'commit' }])
  }

  get pipeline(): Pipeline {
    return this.#pipeline
  }

  get nowMs(): number {
    return this.#nowMs
  }

  play(steps: readonly RehearsalStep[]): void {
    for (const step of steps) this.#take(step)
  }

  /** Brings a link up, lets everything that is told late or in heartbeats arrive, and commits. */
  end(): void {
    this.play([
      { kind: 'down', connection: 'b' },
      { kind: 'up', connection: 'a' },
      { kind: 'latecomers' },
      { kind: 'heartbeat', afterMs: 100 },
      { kind: 'heartbeat', afterMs: 2_500 },
      { kind: 'heartbeat', afterMs: 2_500 },
      { kind: 'commit' }
    ])
  }

  /** Stored and declared ids against those that were sent; all lists ascending. */
  account() {
    const stored = new Set(this.store.trades().map(({ trade }) => Number(trade.id)))
    const declared = new Set(this.store.ledger.gaps().filter(isDeclared).flatMap(idsOf))
    const sent = this.truth.map(({ id }) => Number(id))
    return {
      unaccounted: sent.filter((id) => !stored.has(id) && !declared.has(id)),
      phantoms: [...stored, ...declared].filter((id) => id < firstId || id > (sent.at(-1) ?? 0)),
      missing: sent.filter((id) => !stored.has(id))
    }
  }

  #take(step: RehearsalStep): void {
    switch (step.kind) {
      case 'trade':
        for (const fate of step.fates) this.#trade(fate)
        return
      case 'latecomers':
        for (const trade of this.#late.reverse()) this.#pipeline.apply(trade, this.#nowMs)
        this.#late = []
        return
      case 'repeat':
        this.#repeat(step.which)
        return
      case 'heartbeat':
        this.#heartbeat(step.afterMs)
        return
      case 'up':
      case 'down':
        this.#mark(step.kind, step.connection)
        return
      case 'refill':
        this.#refill(step)
        return
      case 'lie':
        this.#lie(step.which, step.about)
        return
      case 'commit':
        this.store.settle(this.#pipeline)
        return
      case 'restart':
        this.store.settle(this.#pipeline)
        this.#begin()
        return
      case 'crash':
        this.store.crash()
        this.#begin()
    }
  }

  #trade(fate: 'told' | 'lost' | 'late'): void {
    const id = firstId + this.truth.length
    this.#nowMs += 37 * (id % 7)
    const trade = aTrade({ id, eventMs: this.#nowMs, price: 1 + (id % 13), size: 0.5 })
    this.truth.push(trade)
    if (this.#links.size === 0 || fate === 'lost') return
    if (fate === 'late') this.#late.push(trade)
    else this.#pipeline.apply(trade, this.#nowMs)
  }

  #repeat(which: number): void {
    const trade = this.truth[which % this.truth.length]
    const isKnown = this.store.trades().some((stored) => stored.trade.id === trade?.id)
    if (trade !== undefined && isKnown) this.#pipeline.apply(trade, this.#nowMs)
  }

  #heartbeat(afterMs: number): void {
    this.#nowMs += afterMs
    this.#pipeline.advance(this.#nowMs)
    if (this.#links.size === 0) return
    this.#pipeline.apply(
      {
        kind: 'heartbeat',
        instrument: instrument.id,
        eventMs: this.#nowMs,
        receivedMs: this.#nowMs,
        lastTradeId: Number(this.truth.at(-1)?.id ?? firstId - 1)
      },
      this.#nowMs
    )
  }

  #mark(state: 'up' | 'down', connection: string): void {
    if (state === 'up') this.#links.add(connection)
    else this.#links.delete(connection)
    if (this.#links.size === 0) this.#late = []
    this.#tell(state, connection)
    const newest = this.truth.at(-1)
    if (state === 'down' || newest === undefined) return
    this.#pipeline.apply({ ...newest, kind: 'anchor' }, this.#nowMs)
  }

  #tell(state: 'up' | 'down', connection: string): void {
    const atMs = this.#nowMs
    const reason = state === 'up' ? null : 'reset'
    const instruments = [instrument.id]
    const mark = { state, connection, instruments, atMs, lastFrameMs: atMs, reason }
    this.#pipeline.mark(mark, atMs)
  }

  #refill({ which, share, rest }: Extract<RehearsalStep, { kind: 'refill' }>): void {
    const gaps = this.#pipeline.openGaps()
    const gap = gaps[which % gaps.length]
    if (gap === undefined || gap.firstId === null) return
    const ids = idsOf(gap)
    for (const id of ids.slice(Math.floor(ids.length * (1 - share)))) {
      const trade = this.truth[id - firstId]
      if (trade !== undefined) this.#pipeline.apply(trade, this.#nowMs, 'backfill')
    }
    if (rest === null) return
    const key = { instrument: instrument.id, firstId: gap.firstId, fromMs: gap.fromMs }
    const settlement = { key, rest, reason: 'history ends', reachedFromMs: null }
    this.#pipeline.settle(settlement, this.#nowMs)
  }

  #lie(which: number, about: 'id' | 'time' | 'price'): void {
    const gaps = this.#pipeline.openGaps()
    const gap = gaps[which % gaps.length]
    const known = this.store.trades()[which % this.truth.length]?.trade
    const ahead = firstId + this.truth.length + which
    const told =
      about === 'id'
        ? aTrade({ id: ahead, eventMs: this.#nowMs })
        : about === 'time'
          ? aTrade({ id: gap?.firstId ?? ahead, eventMs: (gap?.toMs ?? 0) + 1_001 + which })
          : aTrade({ ...(known ?? { id: ahead }), price: 99 })
    this.lies.push(this.#pipeline.apply(told, this.#nowMs, 'backfill'))
  }

  #begin(): void {
    this.#pipeline = this.#start()
    this.#late = []
    for (const connection of this.#links) this.#tell('up', connection)
  }

  #start(): Pipeline {
    const pipeline = new Pipeline({
      clock: 'wall',
      intervals: this.#specs,
      rows: this.store,
      firstArrival: this.store.nextArrival
    })
    const seed = this.store.seed()
    pipeline.addInstrument(instrument, { tradeIds: 'contiguous', graceMs, dayOf: utcDay, seed })
    pipeline.advance(this.#nowMs)
    return pipeline
  }
}

/** Every id of a gap, ascending. */
export function idsOf({ firstId: from, lastId }: Gap): readonly number[] {
  if (from === null || lastId === null) return []
  return Array.from(Array(lastId - from + 1).keys(), (at) => from + at)
}

function isDeclared({ state }: Gap): boolean {
  return state === 'open' || state === 'lost' || state === 'refilled-candles'
}
