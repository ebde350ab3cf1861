import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deckSpeeds, type DeckCommand } from '../../src/contracts/deck.ts'
import { PlayedDeck } from '../support/played-deck.ts'
import { sealAll } from '../support/tape-keeping.ts'
import {
  aRecordedDay,
  happen,
  latencyMs,
  recordedFromMs,
  TapeRecorder
} from '../support/tape-recorder.ts'
import { damagedFile } from '../support/tape-rows.ts'

const bitcoin = 'coinbase:BTC-USD'
const ether = 'coinbase:ETH-USD'
const series = ['1s', '1m', '7t'].flatMap((interval) =>
  [bitcoin, ether].map((instrument) => ({ instrument, interval }))
)

describe('Deck', () => {
  test('begins empty, and says what it cannot do', async () => {
    const { dataDir } = await aRecordedDay()
    const deck = new PlayedDeck(dataDir)
    expect(deck.row).toMatchObject({ state: 'empty', atMs: null, problem: null })
    expect(deck.do({ name: 'play' }).row).toMatchObject({
      state: 'empty',
      problem: 'Nothing is loaded'
    })
    expect(deck.load(['coinbase:BTCUSB']).row).toMatchObject({
      state: 'empty',
      problem: 'Nothing is stored of "coinbase:BTCUSB"; did you mean coinbase:BTC-USD?'
    })
    expect(deck.load(['BTC-USD']).row).toMatchObject({ state: 'paused', problem: null })
  })

  test.each([
    { rows: 'rows', tradeIds: 'contiguous' },
    { rows: 'rows', tradeIds: 'unique' },
    { rows: 'files', tradeIds: 'contiguous' },
    { rows: 'files', tradeIds: 'unique' }
  ] as const)(
    'seeking equals playing to that point, whichever way one came: $rows, $tradeIds ids',
    async ({ rows, tradeIds }) => {
      const { dataDir, nowMs, bench } = await aRecordedDay(tradeIds)
      if (rows === 'files') expect(sealAll(bench).length).toBeGreaterThan(0)
      const moment = fc.double({ min: recordedFromMs, max: nowMs, noNaN: true })
      const command: fc.Arbitrary<DeckCommand> = fc.oneof(
        moment.map((atMs) => ({ name: 'seek', atMs }) as const),
        fc
          .record({
            by: fc.constantFrom('trade', '1s', '1m', '7t'),
            count: fc.integer({ min: -30, max: 30 }).filter((count) => count !== 0)
          })
          .map((step) => ({ name: 'step', ...step }) as const),
        fc.constant({ name: 'play' } as const),
        fc.constant({ name: 'pause' } as const)
      )
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('then', 'final'),
          fc.array(command, { maxLength: 6 }),
          moment,
          async (view, commands, atMs) => {
            const sought = new PlayedDeck(dataDir).watch(...series).load([bitcoin, ether], { view })
            for (const each of commands) sought.do(each).pass(each.name === 'play' ? 2_000 : 0)
            sought.do({ name: 'pause' }, { name: 'seek', atMs })
            const played = new PlayedDeck(dataDir, Infinity)
            played.watch(...series).load([bitcoin, ether], { view })
            played.do({ name: 'speed', speed: 300 }, { name: 'play' })
            for (const atOnce = 1_000; (played.row.atMs ?? 0) < atMs - 300 * atOnce;)
              played.pass(atOnce)
            played.do({ name: 'pause' }, { name: 'seek', atMs })
            expect(await sought.shown(series)).toEqual(await played.shown(series))
          }
        ),
        { numRuns: 15 }
      )
    },
    60_000
  )

  test('goes to the same place again and again', async () => {
    const { dataDir, nowMs } = await aRecordedDay()
    const load = (deck: PlayedDeck) => deck.watch(...series).load([bitcoin, ether])
    const deck = load(new PlayedDeck(dataDir))
    const reference = load(new PlayedDeck(dataDir, Infinity))
    const moments = Array.from({ length: 60 }, (...[, at]) => recordedFromMs + at * 800)
    const first: unknown[] = []
    for (const atMs of moments) first.push(await reference.do({ name: 'seek', atMs }).shown(series))
    for (let round = 0; round < 2; round += 1) {
      deck.do({ name: 'seek', atMs: nowMs })
      for (const [at, atMs] of [...moments.entries()].reverse())
        expect(await deck.do({ name: 'seek', atMs }).shown(series)).toEqual(first[at])
    }
  })

  test('a step forth and a step back lead to where it stood', async () => {
    const { dataDir } = await aRecordedDay()
    const deck = new PlayedDeck(dataDir).watch(...series).load([bitcoin, ether])
    deck.do(
      { name: 'seek', atMs: recordedFromMs + 10_000 },
      { name: 'step', by: 'trade', count: 1 }
    )
    const stood = await deck.shown(series)
    for (const by of ['trade', '7t']) {
      deck.do({ name: 'step', by: 'trade', count: 3 }, { name: 'step', by: 'trade', count: -3 })
      expect(await deck.shown(series), by).toEqual(stood)
    }
  })

  test('steps by candles go to where candles end', async () => {
    const { dataDir } = await aRecordedDay()
    const deck = new PlayedDeck(dataDir).watch(...series).load([bitcoin])
    deck.do({ name: 'seek', atMs: recordedFromMs + 10_400 })
    const ends = [1, 1, -1, 2, -3].map((count) => {
      const { atMs } = deck.do({ name: 'step', by: '1s', count }).row
      return (atMs ?? 0) - recordedFromMs
    })
    expect(ends).toEqual([11_000, 12_000, 11_000, 13_000, 10_000])
  })

  test.each(deckSpeeds)('plays at a speed of %s', async (speed) => {
    const tape = await TapeRecorder.begin([bitcoin])
    for (let at = 0; at < 1_000; at += 1) tape.trade(bitcoin, 1_000)
    tape.pass(5_000)
    const deck = new PlayedDeck(tape.dataDir).load([bitcoin], { fromMs: recordedFromMs })
    deck.do({ name: 'speed', speed }, { name: 'play' })
    if (speed === 'max') expect(deck.row.state).toBe('ended')
    else expect(deck.pass(1_000).row.atMs).toBe(recordedFromMs + speed * 1_000)
  })

  test('plays at its pace, and loops', async () => {
    const tape = await TapeRecorder.begin([bitcoin])
    tape.link('up')
    for (let at = 0; at < 100; at += 1) tape.trade(bitcoin, 1_000)
    tape.pass(5_000)
    const deck = new PlayedDeck(tape.dataDir).load([bitcoin], { atMs: recordedFromMs + 10_000 })
    deck.do({ name: 'speed', speed: 10 }, { name: 'play' }).pass(2_000)
    expect(deck.row.state).toBe('playing')
    expect(deck.row.atMs).toBe(recordedFromMs + 30_000)
    expect(deck.row.pace).toBeCloseTo(10, 5)
    const loop = { fromMs: recordedFromMs + 20_000, toMs: recordedFromMs + 40_000 }
    deck.do({ name: 'loop', span: loop }).pass(2_000)
    expect(deck.row.atMs).toBe(recordedFromMs + 30_000)
    expect(deck.do({ name: 'loop', span: null }, { name: 'speed', speed: 'max' }).row.state).toBe(
      'ended'
    )
  })
})

describe('what a deck shows', () => {
  test.each(['contiguous', 'unique'] as const)(
    'is what a store that was cut off at the cursor tells: with %s ids',
    async (tradeIds) => {
      const tape = await TapeRecorder.begin([bitcoin, ether], tradeIds)
      tape.link('up')
      const cuts: { readonly folder: string; readonly atMs: number }[] = []
      for (let at = 0; at < 120; at += 1) {
        happen(tape, at)
        // Before, the store says nothing of what was collected.
        if (at < 10 || at % 6 !== 1) continue
        tape.commit()
        cuts.push({ folder: await tape.copy(), atMs: tape.nowMs + latencyMs })
      }
      tape.pass(10_000)
      const whole = new PlayedDeck(tape.dataDir).watch(...series).load([bitcoin, ether])
      for (const { folder, atMs } of cuts) {
        const cut = new PlayedDeck(folder, Infinity)
          .watch(...series)
          .load([bitcoin, ether], { atMs })
        const shown = await whole.do({ name: 'seek', atMs }).shown(series)
        expect(shown, String(atMs - recordedFromMs)).toEqual(await cut.shown(series))
      }
    }
  )

  test('crosses midnight as a seek does, and shows the day before as it is stored', async () => {
    const tape = await TapeRecorder.begin([bitcoin], 'contiguous', Date.UTC(2026, 9, 1, 23, 59))
    tape.link('up')
    for (let at = 0; at < 200; at += 1) tape.trade(bitcoin, 700, at === 80)
    tape.pass(5_000)
    const wanted = series.filter(({ instrument }) => instrument === bitcoin)
    const midnightMs = Date.UTC(2026, 9, 2)
    for (const atMs of [midnightMs - 1, midnightMs, midnightMs + 350, midnightMs + 20_000]) {
      const played = new PlayedDeck(tape.dataDir, Infinity).watch(...wanted).load([bitcoin])
      played.do({ name: 'speed', speed: 60 }, { name: 'play' })
      while ((played.row.atMs ?? Infinity) < atMs - 3_000) played.pass(50)
      played.do({ name: 'pause' }, { name: 'seek', atMs })
      const sought = new PlayedDeck(tape.dataDir).watch(...wanted).load([bitcoin], { atMs })
      expect(await played.shown(wanted)).toEqual(await sought.shown(wanted))
      const answer = await sought.query({
        name: 'candles',
        instrument: bitcoin,
        interval: '1s',
        fromMs: null,
        toMs: null,
        limit: 1_000
      })
      const candles = 'candles' in answer ? answer.candles : []
      const opens = candles.map(({ openMs }) => openMs)
      expect(opens).toEqual([...new Set(opens)].sort((a, b) => a - b))
      expect(opens[0]).toBe(Date.UTC(2026, 9, 1, 23, 59))
      expect(Math.max(...opens)).toBeLessThanOrEqual(atMs)
    }
  })

  test('is the same in the silence before midnight, however the day was played ahead', async () => {
    const fromMs = Date.UTC(2026, 9, 1, 23, 58)
    const tape = await TapeRecorder.begin([bitcoin], 'contiguous', fromMs)
    tape.link('up')
    for (let at = 0; at < 40; at += 1) tape.trade(bitcoin, 700, at === 30 || at === 39)
    tape.pass(100_000)
    for (let at = 0; at < 20; at += 1) tape.trade(bitcoin, 700)
    tape.pass(5_000)
    const wanted = series.filter(({ instrument }) => instrument === bitcoin)
    const deck = new PlayedDeck(tape.dataDir).watch(...wanted).load([bitcoin])
    const reference = new PlayedDeck(tape.dataDir, Infinity).watch(...wanted).load([bitcoin])
    for (const second of [24, 27, 30, 29, 60, 119, 118, 130, 145, 27]) {
      const seek = { name: 'seek', atMs: fromMs + second * 1_000 + 100 } as const
      deck.do({ name: 'step', by: 'trade', count: -2 }, seek)
      expect(await deck.shown(wanted), `second ${second}`).toEqual(
        await reference.do(seek).shown(wanted)
      )
    }
  })

  test('shows a hole of the day before as long as it was not refilled', async () => {
    const fromMs = Date.UTC(2026, 9, 1, 23, 59, 40)
    const tape = await TapeRecorder.begin([bitcoin], 'contiguous', fromMs)
    tape.link('up')
    for (let at = 0; at < 60; at += 1) {
      tape.trade(bitcoin, 300, at === 50)
      if (at % 5 === 0) tape.pass(1)
    }
    tape.pass(20_000)
    tape.trade(bitcoin, 100)
    tape.refill('all')
    for (let at = 0; at < 60; at += 1) tape.trade(bitcoin, 300)
    tape.pass(5_000)
    const holeMs = fromMs + 15_000
    const holeAt = async (atMs: number, view: 'then' | 'final') => {
      const deck = new PlayedDeck(tape.dataDir).watch(...series).load([bitcoin], { atMs, view })
      const range = { fromMs: holeMs, toMs: holeMs + 1_000, limit: 10 }
      const query = { name: 'candles', instrument: bitcoin, interval: '1s', ...range } as const
      const answer = await deck.query(query)
      const [candle] = 'candles' in answer ? answer.candles : []
      return { trades: candle?.trades, state: candle?.state, final: candle?.final }
    }
    const midnightMs = Date.UTC(2026, 9, 2)
    const [open, refilled] = [midnightMs + 1_000, midnightMs + 30_000]
    expect(await holeAt(open, 'then')).toEqual({ trades: 3, state: 'open', final: false })
    expect(await holeAt(refilled, 'then')).toEqual({ trades: 4, state: 'refilled', final: true })
    expect(await holeAt(open, 'final')).toEqual({ trades: 4, state: 'refilled', final: true })
  })

  test('steps back over midnight', async () => {
    const tape = await TapeRecorder.begin([bitcoin], 'contiguous', Date.UTC(2026, 9, 1, 23, 59, 50))
    for (let at = 0; at < 40; at += 1) tape.trade(bitcoin, 1_000)
    tape.pass(5_000)
    const midnightMs = Date.UTC(2026, 9, 2)
    const deck = new PlayedDeck(tape.dataDir)
      .watch(...series)
      .load([bitcoin], { atMs: midnightMs + 5_500 })
    const places = [
      ['trade', -3],
      ['trade', -4],
      ['trade', 4],
      ['1s', -5],
      ['7t', -1],
      ['trade', -100]
    ] as const
    const moments = places.map(
      ([by, count]) => (deck.do({ name: 'step', by, count }).row.atMs ?? 0) - midnightMs
    )
    expect(moments).toEqual([2_040, -1_960, 2_040, -2_000, -2_960, -3_600_000])
  })

  test('names a damaged file, and plays the rest', async () => {
    const tape = await TapeRecorder.begin([bitcoin])
    for (let at = 0; at < 50; at += 1) tape.trade(bitcoin, 1_000)
    tape.pass(5_000)
    const [sealed] = sealAll(tape.bench)
    const path = join(tape.dataDir, sealed?.path ?? '')
    damagedFile(path)
    for (let at = 0; at < 30; at += 1) tape.trade(bitcoin, 1_000)
    tape.pass(5_000)
    const deck = new PlayedDeck(tape.dataDir).load([bitcoin])
    deck.do({ name: 'speed', speed: 'max' }, { name: 'play' })
    expect(deck.row).toMatchObject({ state: 'ended', trades: 30 })
    expect(deck.row.damage).toEqual([expect.stringContaining(path)])
    const reference = new PlayedDeck(tape.dataDir, Infinity).load([bitcoin])
    for (const second of [20, 70, 55, 70]) {
      const seek = { name: 'seek', atMs: recordedFromMs + second * 1_000 } as const
      const shown = await deck.do(seek).shown([{ instrument: bitcoin, interval: '1m' }])
      expect(shown).toEqual(
        await reference.do(seek).shown([{ instrument: bitcoin, interval: '1m' }])
      )
    }
  })

  test('begins anew with a series that was not built, unseen', async () => {
    const { dataDir } = await aRecordedDay()
    const atMs = recordedFromMs + 20_000
    const before = new PlayedDeck(dataDir).watch(...series).load([bitcoin, ether], { atMs })
    const later = new PlayedDeck(dataDir).load([bitcoin], { atMs })
    later.deck.watch(series)
    expect(later.row).toMatchObject({ state: 'paused', atMs: before.row.atMs })
    later.settle()
    const bitcoins = series.filter(({ instrument }) => instrument === bitcoin)
    expect(later.row.instruments).toEqual([bitcoin, ether])
    expect((await later.shown(bitcoins)) as object).toEqual(await before.shown(bitcoins))
  })
})
