import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { RebuildResult } from '../../../src/core/market/rebuild.ts'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import type { PlainCandle } from '../../support/candle-store.ts'
import { CandleStore } from '../../support/candle-store.ts'

const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const specs = ['1s', '1m', '1h', '3t', '100t'].flatMap((text) => parseInterval(text) ?? [])
const graceMs = 2_000
const midnightMs = Date.UTC(2026, 9, 1)
const endMs = midnightMs + 10 * 86_400_000

/** One step of a run's life between two trades. */
type Step =
  | { readonly kind: 'commit' }
  | { readonly kind: 'answer' }
  | { readonly kind: 'advance' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'crash' }

const step = fc.constantFrom<Step>(
  { kind: 'commit' },
  { kind: 'commit' },
  { kind: 'answer' },
  { kind: 'advance' },
  { kind: 'restart' },
  { kind: 'crash' }
)

/** Trades in the venue's order, around midnight. */
function tape(tradeIds: TradeIds): fc.Arbitrary<Trade[]> {
  const line = fc.record({
    pauseMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) }
    ),
    price: fc.integer({ min: 1, max: 9 }).map((price) => price / 100_000),
    size: fc.oneof(
      fc.integer({ min: 1, max: 1e9 }).map((units) => units / 1e8),
      fc.constantFrom(1e-8, 0.1, 0.2, 0.3, 123_456_789, 1e-9)
    ),
    side: fc.constantFrom('buy', 'sell', null)
  })
  return fc.array(line, { minLength: 1, maxLength: 900, size: 'max' }).map((lines) => {
    let eventMs = midnightMs - 10_000
    return lines.map(({ pauseMs, price, size, side }, at) => {
      eventMs += pauseMs
      const id = tradeIds === 'contiguous' ? 1_000 + at : `trade-${at}`
      return aTrade({ id, eventMs, price, size, side })
    })
  })
}

/** The order of arrival: most trades in place, some late by a few, some by very many, some twice. */
function arrivals(trades: readonly Trade[], delays: readonly number[]): Trade[] {
  const due = trades.map((trade, at) => ({ trade, due: at + (delays[at % delays.length] ?? 0) }))
  return due.sort((a, b) => a.due - b.due).map(({ trade }) => trade)
}

const delays = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 20 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 800 }) }
  ),
  { minLength: 1, maxLength: 200 }
)

const life = fc.array(fc.tuple(fc.nat({ max: 60 }), step), { maxLength: 40 })

type Life = readonly (readonly [number, Step])[]

/** Runs a pipeline over a store through restarts, crashes and slow rebuilds. */
class Rehearsal {
  readonly store: CandleStore
  readonly #tradeIds: TradeIds
  #pipeline: Pipeline
  #answers: RebuildResult[] = []

  constructor(tradeIds: TradeIds) {
    this.#tradeIds = tradeIds
    this.store = new CandleStore({ tradeIds, specs, dayOf: utcDay, graceMs })
    this.#pipeline = this.#start()
  }

  /** @returns rows accepted and committed, crashes aside. */
  play(trades: readonly Trade[], steps: Life): void {
    let uncommitted: Trade[] = []
    let at = 0
    const queue = [...trades]
    for (const [count, what] of [...steps, [Infinity, { kind: 'commit' }] as const]) {
      for (let left = count; left > 0 && at < queue.length; left -= 1, at += 1) {
        const trade = queue[at]
        if (trade === undefined) break
        this.#pipeline.apply(trade, 0)
        uncommitted.push(trade)
      }
      if (what.kind === 'crash') queue.push(...uncommitted)
      if (what.kind !== 'advance' && what.kind !== 'answer') uncommitted = []
      this.#take(what)
    }
    for (const trade of queue.slice(at)) this.#pipeline.apply(trade, 0)
    this.#answer()
    this.store.settle(this.#pipeline)
    this.#pipeline.apply(aTrade({ instrument: 'coinbase:OTHER', eventMs: endMs }), 0)
    this.#pipeline.advance(0)
    this.store.settle(this.#pipeline)
  }

  #take(what: Step): void {
    switch (what.kind) {
      case 'commit':
        this.#answers.push(...this.store.commit(this.#pipeline))
        return
      case 'answer':
        this.#answer()
        return
      case 'advance':
        this.#pipeline.advance(0)
        return
      case 'restart':
        this.store.settle(this.#pipeline)
        this.#answers = []
        this.#pipeline = this.#start()
        return
      case 'crash':
        this.store.crash()
        this.#answers = []
        this.#pipeline = this.#start()
    }
  }

  #answer(): void {
    for (const answer of this.#answers) this.#pipeline.adopt(answer)
    this.#answers = []
  }

  #start(): Pipeline {
    const pipeline = new Pipeline({
      clock: 'tape',
      intervals: specs,
      rows: this.store,
      firstArrival: this.store.nextArrival
    })
    const seed = this.store.seed()
    pipeline.addInstrument(instrument, { tradeIds: this.#tradeIds, graceMs, dayOf: utcDay, seed })
    return pipeline
  }
}

describe('Pipeline with contiguous ids', () => {
  test('stores the same trades and candles whatever the order, repeats, restarts and crashes', () => {
    fc.assert(
      fc.property(tape('contiguous'), delays, delays, life, (trades, first, second, steps) => {
        const plain = new Rehearsal('contiguous')
        plain.play(trades, [])
        const rough = new Rehearsal('contiguous')
        rough.play([...arrivals(trades, first), ...arrivals(trades, second)], steps)
        expect(rough.store.trades().map(({ trade }) => trade)).toEqual(trades)
        expect(rough.store.candles()).toEqual(plain.store.candles())
        expect(plain.store.candles()).toEqual(plain.store.oracle(endMs))
      }),
      { numRuns: 30, endOnFailure: true }
    )
  })
})

describe('Pipeline with unique ids', () => {
  test('keeps each trade once and the candles that the stored trades make', () => {
    fc.assert(
      fc.property(tape('unique'), delays, delays, life, (trades, first, second, steps) => {
        const rough = new Rehearsal('unique')
        rough.play([...arrivals(trades, first), ...arrivals(trades, second)], steps)
        const ids = rough.store.trades().map(({ trade }) => trade.id)
        expect(ids.sort()).toEqual(trades.map(({ id }) => id).sort())
        expect(rough.store.candles()).toEqual(rough.store.oracle(endMs))
      }),
      { numRuns: 30, endOnFailure: true }
    )
  })

  test('makes the same prices and volumes whatever the order, where times differ', () => {
    fc.assert(
      fc.property(tape('unique'), delays, life, (trades, order, steps) => {
        const apart = trades.map((trade, at) => ({ ...trade, eventMs: trade.eventMs + at / 1_024 }))
        const plain = new Rehearsal('unique')
        plain.play(apart, [])
        const rough = new Rehearsal('unique')
        rough.play(arrivals(apart, order), steps)
        expect(rough.store.candles().map(withoutArrivals)).toEqual(
          plain.store.candles().map(withoutArrivals)
        )
      }),
      { numRuns: 30, endOnFailure: true }
    )
  })
})

describe('Pipeline without ids', () => {
  test('keeps every trade, repeats too, and the candles that the stored trades make', () => {
    fc.assert(
      fc.property(tape('none'), delays, life, (trades, order, steps) => {
        const rough = new Rehearsal('none')
        rough.play(
          arrivals(trades, order),
          steps.filter(([, { kind }]) => kind !== 'crash')
        )
        expect(rough.store.trades()).toHaveLength(trades.length)
        expect(rough.store.candles()).toEqual(rough.store.oracle(endMs))
      }),
      { numRuns: 30, endOnFailure: true }
    )
  })
})

/** Where ids do not order trades, a place among trades names the arrival. */
function withoutArrivals(candle: PlainCandle): object {
  return { ...candle, firstOrder: candle.firstOrder.major, lastOrder: candle.lastOrder.major }
}
