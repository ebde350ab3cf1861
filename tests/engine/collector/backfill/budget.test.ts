import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Gap } from '../../../../src/core/market/ledger/gap.ts'
import { Backfill } from '../../../../src/engine/collector/backfill/backfill.ts'
import { Governor } from '../../../../src/engine/collector/governor.ts'
import type { RestLane } from '../../../../src/engine/collector/venue-budget.ts'
import { createRestClient } from '../../../../src/engine/collector/rest-client.ts'
import { aNumberedGap, toyTrade } from '../../../support/backfill-rig.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { aToy, toyVenue } from '../../../support/toy-venue.ts'

type Budget = { readonly burst: number; readonly perSecond: number }
type Request = { readonly lane: RestLane; readonly sentMs: number; readonly askedMs: number }

type Scenario = {
  readonly budget: Budget
  /** Ids missing, by instrument. */
  readonly missing: readonly number[]
  /** Live requests: how many, and how long after those before, ms. */
  readonly live: readonly (readonly [count: number, waitMs: number])[]
  /** The request from 0 that is answered 429, with the seconds it tells. */
  readonly limited: { readonly request: number; readonly seconds: number } | null
  /** Seen to fail without it. */
  readonly backfillLane: RestLane
}

type Outcome = {
  readonly requests: readonly Request[]
  /** Ms of the answer of 429, and how long a pause it asked for. */
  readonly pause: { readonly fromMs: number; readonly toMs: number } | null
  readonly counted: number
}

const stepMs = 100
const pageTrades = 50

/** Runs backfill and live requests of one venue side by side, on the real budget and client. */
async function runSideBySide(scenario: Scenario): Promise<Outcome> {
  const clock = new FakeClock()
  const connects = { burst: 1, perSecond: 1, per5Minutes: null }
  const governor = new Governor({ connects, rest: scenario.budget }, clock)
  const requests: Request[] = []
  let pause: Outcome['pause'] = null
  const send = (url: string): Promise<Response> => {
    const nowMs = clock.monotonicMs()
    const [, lane, askedMs] = /^http:\/\/(live|low)\/(\d*)/.exec(url) ?? []
    requests.push({
      lane: lane === 'live' ? 'live' : 'low',
      sentMs: nowMs,
      askedMs: Number(askedMs)
    })
    if (requests.length - 1 !== scenario.limited?.request) return Promise.resolve(new Response('1'))
    const { seconds } = scenario.limited
    pause = { fromMs: nowMs, toMs: nowMs + seconds * 1_000 }
    const headers = { 'Retry-After': String(seconds) }
    return Promise.resolve(new Response('{}', { status: 429, headers }))
  }
  const client = (lane: RestLane) =>
    createRestClient({
      governor,
      clock,
      apiKey: null,
      userAgent: 'x',
      lane,
      fetch: (url) => send(typeof url === 'string' ? url : '')
    })
  const instruments = [...scenario.missing.keys()].map((at) => aToy(`T${at}-USD`))
  let gaps: readonly Gap[] = scenario.missing.map((missing, at) =>
    aNumberedGap(1, missing, { instrument: `toy:T${at}-USD` })
  )
  const venue = toyVenue({
    fetchTradesById: async (context, { id }, range) => {
      await context.rest.getJson('http://low/', context.signal)
      const fromId = Math.max(range.fromId, range.toId - pageTrades + 1)
      const trades = Array.from(Array(range.toId - fromId + 1).keys(), (at) =>
        toyTrade(fromId + at, { instrument: id })
      )
      return { trades, unreadable: 0 }
    }
  })
  const low = client(scenario.backfillLane)
  const backfill = new Backfill({
    venue,
    clock,
    random: () => 0.5,
    rest: (signal) => ({ rest: low, restUrl: 'http://low', apiKey: null, signal }),
    instruments: () => instruments,
    openGaps: () => gaps,
    visible: () => new Set(),
    priority: () => new Set(),
    known: () => Promise.resolve([]),
    apply: ({ instrument, id }) => {
      if (id === 1) gaps = gaps.filter((gap) => gap.instrument !== instrument)
      return 'stored'
    },
    putCandles: () => undefined,
    settle: () => undefined,
    announce: () => undefined,
    lastTradeMs: () => null,
    onEvent: () => undefined
  })
  backfill.start()
  const live = client('live')
  const { signal } = new AbortController()
  for (const [count, waitMs] of [...scenario.live, [0, 4_000] as const]) {
    for (let each = 0; each < count; each += 1) {
      const asked = live.getJson(`http://live/${clock.monotonicMs()}`, signal)
      void asked.catch(() => undefined)
    }
    await settle()
    for (let passedMs = 0; passedMs < waitMs; passedMs += stepMs) {
      clock.advance(stepMs)
      await settle()
    }
  }
  const counted = backfill.figures().requests
  backfill.close()
  return { requests, pause, counted }
}

/** Lets requests be sent and answers be read that need no time. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** Requests in any window beyond what the budget allows; 0 where it was kept. */
function excess({ requests }: Outcome, { burst, perSecond }: Budget): number {
  const overs = requests.flatMap((first, from) =>
    requests.slice(from).map((last, more) => {
      const allowed = burst + ((last.sentMs - first.sentMs) * perSecond) / 1_000
      return more + 1 - allowed
    })
  )
  return Math.max(0, ...overs.map((over) => over - 1e-6))
}

/** Low requests sent while a live one waited that was asked before. */
function overtaking({ requests }: Outcome): number {
  const live = requests.filter(({ lane }) => lane === 'live')
  return requests.filter(
    (low) =>
      low.lane === 'low' &&
      live.some(({ askedMs, sentMs }) => askedMs < low.sentMs && sentMs > low.sentMs)
  ).length
}

/** Live requests that waited though no other live one was sent for as long as a token takes. */
function keptWaiting({ requests, pause }: Outcome, { perSecond }: Budget): number {
  const live = requests.filter(({ lane }) => lane === 'live')
  return live.filter(({ askedMs, sentMs }, at) => {
    const isAlone = live.every(
      (other, otherAt) =>
        otherAt === at ||
        other.askedMs > askedMs ||
        (other.askedMs < askedMs && other.sentMs < askedMs - 1_000 / perSecond)
    )
    const isPaused = pause !== null && sentMs > pause.fromMs && askedMs < pause.toMs
    return isAlone && !isPaused && sentMs > askedMs
  }).length
}

const anyScenario = fc.record({
  budget: fc.record({
    burst: fc.integer({ min: 2, max: 12 }),
    perSecond: fc.integer({ min: 1, max: 10 })
  }),
  missing: fc.array(fc.integer({ min: 1, max: 800 }), { minLength: 1, maxLength: 5 }),
  live: fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 1, max: 12 }).map((steps) => steps * stepMs)
    ),
    { maxLength: 8 }
  ),
  limited: fc.option(fc.record({ request: fc.nat(12), seconds: fc.integer({ min: 1, max: 4 }) }), {
    nil: null,
    freq: 3
  })
})

describe("Backfill within the venue's budget", () => {
  test('never passes it, obeys its pauses, and delays no live request', async () => {
    let low = 0
    await fc.assert(
      fc.asyncProperty(anyScenario, async (scenario) => {
        const outcome = await runSideBySide({ ...scenario, backfillLane: 'low' })
        const { requests, pause, counted } = outcome
        const ofBackfill = requests.filter(({ lane }) => lane === 'low').length
        low += ofBackfill
        expect(counted).toBeGreaterThanOrEqual(ofBackfill)
        expect(excess(outcome, scenario.budget)).toBe(0)
        expect(overtaking(outcome)).toBe(0)
        expect(keptWaiting(outcome, scenario.budget)).toBe(0)
        if (pause !== null) {
          const { fromMs, toMs } = pause
          const within = requests.filter(({ sentMs }) => sentMs > fromMs && sentMs < toMs)
          expect(within).toEqual([])
        }
      }),
      { numRuns: 500 }
    )
    expect(low).toBeGreaterThan(1_000)
  }, 60_000)

  test('the same look sees live requests kept waiting where backfill asks by the live lane', async () => {
    const scenario = {
      budget: { burst: 2, perSecond: 1 },
      missing: [800, 800, 800],
      live: [[0, 3_000] as const, [1, 2_000] as const],
      limited: null
    }
    const good = await runSideBySide({ ...scenario, backfillLane: 'low' })
    expect(keptWaiting(good, scenario.budget) + overtaking(good)).toBe(0)
    const bad = await runSideBySide({ ...scenario, backfillLane: 'live' })
    expect(keptWaiting(bad, scenario.budget) + overtaking(bad)).toBeGreaterThan(0)
  })

  test('the same look sees a budget that is passed', () => {
    const requests = [0, 0, 0].map((sentMs) => ({ lane: 'low' as const, sentMs, askedMs: 0 }))
    const outcome = { requests, pause: null, counted: 3 }
    expect(excess(outcome, { burst: 2, perSecond: 1 })).toBeGreaterThan(0)
  })
})
