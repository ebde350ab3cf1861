import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { sealAll } from '../support/tape-keeping.ts'
import { PlayedTape } from '../support/played-tape.ts'
import { aRecordedDay, happen, recordedFromMs, TapeRecorder } from '../support/tape-recorder.ts'
import { damagedFile } from '../support/tape-rows.ts'
import { aWriterBench } from '../support/writer-bench.ts'

const bitcoin = 'coinbase:BTC-USD'
const ether = 'coinbase:ETH-USD'

describe('TapeReplay', () => {
  test('tells the same however far it is played at a time', async () => {
    const { dataDir } = await aRecordedDay()
    const whole = new PlayedTape(dataDir).playTo(Infinity).lines
    expect(whole.length).toBeGreaterThan(150)
    expect(new PlayedTape(dataDir).playTo(Infinity, 1).lines).toEqual(whole)
    const bySecond = new PlayedTape(dataDir)
    for (let atMs = recordedFromMs; !bySecond.replay.cursor.isOver; atMs += 333)
      bySecond.playTo(atMs, 3)
    expect(bySecond.lines).toEqual(whole)
  })

  test('tells the same of rows and of files', async () => {
    const tape = await aRecordedDay()
    const whole = new PlayedTape(tape.dataDir).playTo(Infinity).lines
    const final = new PlayedTape(tape.dataDir, { view: 'final' }).playTo(Infinity).lines
    expect(sealAll(tape.bench).length).toBeGreaterThan(0)
    expect(new PlayedTape(tape.dataDir).playTo(Infinity).lines).toEqual(whole)
    expect(new PlayedTape(tape.dataDir, { view: 'final' }).playTo(Infinity).lines).toEqual(final)
  })

  test('goes on after a seek, back or forth, as if all before had been played', async () => {
    const { dataDir, nowMs } = await aRecordedDay()
    const whole = new PlayedTape(dataDir).playTo(Infinity).lines
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: recordedFromMs, max: nowMs, noNaN: true }), {
          minLength: 1,
          maxLength: 4
        }),
        async (moments) => {
          const sought = new PlayedTape(dataDir)
          for (const atMs of moments) sought.replay.seek(atMs)
          const atMs = moments.at(-1) ?? 0
          const played = new PlayedTape(dataDir).playTo(atMs)
          const before = played.lines.length
          expect(sought.lines).toEqual([])
          expect(sought.replay.cursor).toEqual(played.replay.cursor)
          expect(sought.replay.openCandles()).toEqual(played.replay.openCandles())
          const rest = whole.slice(before)
          expect(played.playTo(Infinity).lines).toEqual(whole)
          expect(sought.playTo(Infinity).lines).toEqual(rest)
          await Promise.resolve()
        }
      ),
      { numRuns: 25 }
    )
  })

  test.each(['contiguous', 'unique'] as const)(
    'knows nothing that became known later: with %s ids, a tape cut off at any moment is told the same',
    async (tradeIds) => {
      const tape = await TapeRecorder.begin([bitcoin, ether], tradeIds)
      tape.link('up')
      const cuts: string[] = []
      for (let at = 0; at < 120; at += 1) {
        happen(tape, at)
        if (at % 4 !== 1) continue
        tape.commit()
        cuts.push(await tape.copy())
      }
      tape.pass(10_000)
      const whole = new PlayedTape(tape.dataDir).playTo(Infinity).lines
      let longest = 0
      for (const folder of cuts) {
        const cut = new PlayedTape(folder).stepThrough()
        expect(cut).toEqual(whole.slice(0, cut.length))
        longest = Math.max(longest, cut.length)
      }
      expect(longest).toBeGreaterThan(whole.length / 2)
      const told = whole.join()
      for (const state of ['refilled', 'lost'])
        expect(told.includes(`"state":"${state}"`)).toBe(true)
    }
  )

  test('steps from trade to trade', async () => {
    const { dataDir } = await aRecordedDay()
    const tape = new PlayedTape(dataDir)
    expect([tape.replay.step(), tape.replay.cursor.trades]).toEqual([true, 1])
    expect([tape.replay.step(), tape.replay.cursor.trades]).toEqual([true, 2])
    const all = tape.stepThrough().filter((line) => line.startsWith('{"type":"trade"')).length
    expect(tape.replay.step()).toBe(false)
    expect(tape.replay.cursor).toMatchObject({ trades: all, isOver: true })
  })

  test('begins within a day with the candles that the day’s begin leads to', async () => {
    const { dataDir } = await aRecordedDay()
    const whole = new PlayedTape(dataDir).playTo(Infinity)
    const fromMs = recordedFromMs + 20_000
    const part = new PlayedTape(dataDir, { range: { fromMs } }).playTo(Infinity)
    expect(part.lines).toEqual(whole.lines.slice(-part.lines.length))
    const toMs = fromMs + 5_000
    const middle = new PlayedTape(dataDir, { range: { fromMs, toMs } }).playTo(Infinity)
    const times = middle.lines.filter((line) => line.startsWith('{"type":"trade"'))
    expect(times.length).toBeGreaterThan(5)
    expect(part.lines.filter((line) => times.includes(line))).toEqual(times)
  })

  test('plays some of the instruments, which are told as among all', async () => {
    const { dataDir } = await aRecordedDay()
    const all = new PlayedTape(dataDir).playTo(Infinity)
    const some = new PlayedTape(dataDir, { instruments: ['eth-usd'] }).playTo(Infinity)
    const isEther = (candle: object) => 'instrument' in candle && candle.instrument === ether
    for (const interval of ['1s', '7t'])
      expect(some.candles(interval)).toEqual(all.candles(interval).filter(isEther))
  })
})

test.each(['then', 'final'] as const)(
  'what lies in a file that cannot be read is told as lost (%s), whoever knows of it; the rest is played',
  async (view) => {
    const bench = await aWriterBench([aRegistration(bitcoin)])
    const hourMs = 3_600_000
    const beginMs = Math.ceil(recordedFromMs / hourMs) * hourMs
    // Three hours, a trade a minute; the last ones are rows.
    const trades = Array.from({ length: 180 }, (...[, id]) => {
      const eventMs = beginMs + id * 60_000
      return aTrade({ instrument: bitcoin, id, eventMs, receivedMs: eventMs })
    })
    const range = { fromMs: beginMs, toMs: beginMs + 3 * hourMs }
    const coverage = [{ instrument: bitcoin, ...range, kind: 'complete' }] as const
    bench.commit({ trades: trades.slice(0, 120), ledger: { coverage } })
    const [, second] = sealAll(bench)
    bench.commit({ trades: trades.slice(120) })
    const folder = join(bench.setup.file, '..')
    const path = join(folder, second?.path ?? '')
    const whole = readFileSync(path)
    /** States of candles of seven trades, where they are not complete. */
    const played = () => {
      const tape = new PlayedTape(folder, { view }).playTo(Infinity)
      const middle = { openMs: beginMs + 1.5 * hourMs, closeMs: beginMs + 1.5 * hourMs + 1 }
      return {
        candles: tape.candles('7t').filter(({ state }) => state !== 'complete'),
        trades: tape.replay.cursor.trades,
        middle: tape.replay.ledger(bitcoin)?.stateOf(middle)
      }
    }
    expect(played()).toEqual({ candles: [], trades: 180, middle: 'complete' })
    for (const harm of [() => damagedFile(path), () => writeFileSync(path, '')]) {
      harm()
      // Of the hours before and after, four trades and three.
      expect(played()).toMatchObject({
        candles: [{ index: 8, trades: 7, state: 'lost' }],
        trades: 120,
        middle: 'lost'
      })
      writeFileSync(path, whole)
    }
  }
)

test('a trade that came again while its file was damaged is played once', async () => {
  const id = 'bybit-linear:BTC-USDT'
  const bench = await aWriterBench([aRegistration(id, { tradeIds: 'unique' })])
  const trades = ['a', 'b', 'c'].map((name, at) =>
    aTrade({ instrument: id, id: name, eventMs: recordedFromMs + at })
  )
  bench.commit({ trades })
  const [sealed] = sealAll(bench)
  const path = join(bench.setup.file, '..', sealed?.path ?? '')
  const whole = readFileSync(path)
  damagedFile(path)
  bench.commit({ trades: trades.slice(1, 2) })
  writeFileSync(path, whole)
  const tape = new PlayedTape(join(bench.setup.file, '..')).playTo(Infinity)
  expect(tape.replay.cursor.trades).toBe(3)
  expect(tape.replay.openCandles()).toContainEqual(
    expect.objectContaining({ interval: '1s', trades: 3 })
  )
})

describe('the views of a tape', () => {
  /** Bitcoin's second 1 lacks a trade that history brings 30 s later. */
  async function refilled() {
    const tape = await TapeRecorder.begin([bitcoin])
    tape.link('up')
    for (let at = 0; at < 10; at += 1) tape.trade(bitcoin, 300, at === 4)
    tape.pass(30_000)
    tape.trade(bitcoin, 100)
    tape.refill('all')
    tape.pass(5_000)
    tape.trade(bitcoin, 100)
    tape.pass(5_000)
    return tape
  }

  test('then: a hole keeps its candles open until it is refilled', async () => {
    const { dataDir } = await refilled()
    const tape = new PlayedTape(dataDir).playTo(recordedFromMs + 29_000)
    const openMs = recordedFromMs + 1_000
    expect(tape.candles('1s').filter((each) => each.openMs === openMs)).toEqual([])
    expect(tape.replay.openCandles()).toContainEqual(
      expect.objectContaining({ interval: '1s', openMs, trades: 2, state: 'open', final: false })
    )
    tape.playTo(Infinity)
    expect(tape.candles('1s')).toContainEqual(
      expect.objectContaining({ openMs, trades: 3, state: 'refilled', final: true })
    )
    const kinds = tape.lines.map((line) => (JSON.parse(line) as { type: string }).type)
    expect(new Set(kinds)).toEqual(new Set(['mark', 'trade', 'gap', 'candle']))
  })

  test('final: every trade is in its place, and the hole was refilled all along', async () => {
    const { dataDir } = await refilled()
    const tape = new PlayedTape(dataDir, { view: 'final' }).playTo(recordedFromMs + 10_000)
    expect(tape.candles('1s')).toContainEqual(
      expect.objectContaining({
        openMs: recordedFromMs + 1_000,
        trades: 3,
        state: 'refilled',
        final: true
      })
    )
    const ids = tape.lines
      .map((line) => JSON.parse(line) as { type: string; id: string; state?: string })
      .filter(({ type }) => type === 'trade')
      .map(({ id }) => Number(id))
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('end with the same candles', async () => {
    const { dataDir } = await aRecordedDay()
    const then = new PlayedTape(dataDir).playTo(Infinity)
    const final = new PlayedTape(dataDir, { view: 'final' }).playTo(Infinity)
    for (const interval of ['1s', '1m', '7t']) {
      const byPlace = (a: { openMs: number }, b: { openMs: number }) => a.openMs - b.openMs
      expect(final.candles(interval).toSorted(byPlace)).toEqual(
        then.candles(interval).toSorted(byPlace)
      )
    }
  })
})
