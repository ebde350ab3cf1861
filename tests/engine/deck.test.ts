import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deckSpeeds, type DeckCommand } from '../../src/contracts/deck.ts'
import { PlayedDeck } from '../support/played-deck.ts'
import { aRecordedDay, recordedFromMs, TapeRecorder } from '../support/tape-recorder.ts'

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

  test('seeking equals playing to that point, whichever way one came', async () => {
    const { dataDir, nowMs } = await aRecordedDay()
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
          const played = new PlayedDeck(dataDir).watch(...series).load([bitcoin, ether], { view })
          played.do({ name: 'speed', speed: 300 }, { name: 'play' })
          for (const atOnce = 1_000; (played.row.atMs ?? 0) < atMs - 300 * atOnce;)
            played.pass(atOnce)
          played.do({ name: 'pause' }, { name: 'seek', atMs })
          expect(await sought.shown(series)).toEqual(await played.shown(series))
        }
      ),
      { numRuns: 20 }
    )
  }, 60_000)

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
