import { describe, expect, onTestFinished, test } from 'vitest'
import { TapeCursor } from '../../src/engine/replay/tape-cursor.ts'
import { StoredTape } from '../../src/engine/stored-tape.ts'
import { findPlayed, openSnapshot } from '../../src/engine/tape-replay-plan.ts'
import { sealAll } from '../support/tape-keeping.ts'
import { recordedFromMs, recordedIntervals, TapeRecorder } from '../support/tape-recorder.ts'

const bitcoin = 'coinbase:BTC-USD'
const hourMs = 3_600_000

/** A cursor at the begin of an hour with a trade a second, a thousand of them. */
async function aCursor(view: 'then' | 'final') {
  const tape = await TapeRecorder.begin([bitcoin])
  tape.link('up')
  for (let at = 0; at < 1_000; at += 1) tape.trade(bitcoin, 1_000)
  tape.pass(5_000)
  const snapshot = openSnapshot(tape.dataDir)
  const intervals = recordedIntervals
  const open = () => new StoredTape(snapshot, findPlayed(snapshot, null), intervals)
  const [source, ahead] = [open(), open()]
  onTestFinished(() => {
    source.close()
    ahead.close()
    snapshot.close()
  })
  const range = { fromMs: recordedFromMs, toMs: recordedFromMs + hourMs }
  const how = { tradesPerCheckpoint: 50, openAhead: () => ahead }
  return { tape, cursor: new TapeCursor({ source, intervals, view, range, ...how }) }
}

/** Goes there. @returns Trades that were played on the way. */
function arrive(cursor: TapeCursor): number {
  const before = cursor.day.played
  while (cursor.advance(10));
  return cursor.day.played - before
}

describe.each(['then', 'final'] as const)('TapeCursor, %s', (view) => {
  test('plays little again of what it played once', async () => {
    const { cursor } = await aCursor(view)
    cursor.goTo(Infinity)
    expect(arrive(cursor)).toBe(1_000)
    for (const second of [900, 500, 120, 999, 51]) {
      cursor.goTo(recordedFromMs + second * 1_000 + 500)
      expect(arrive(cursor), `to second ${second}`).toBeLessThanOrEqual(60)
      expect(cursor.day.trades).toBe(second)
    }
    for (const count of [-30, -20, 15, -1]) {
      const { trades } = cursor.day
      cursor.step({ kind: 'trade' }, count)
      expect(arrive(cursor), `${count} trades`).toBeLessThanOrEqual(60)
      expect(cursor.day.trades).toBe(trades + count < 1 ? 0 : trades + count)
    }
  })

  test('plays little even the first time when it was played ahead', async () => {
    const { cursor } = await aCursor(view)
    while (cursor.prepare(10));
    expect(cursor.day.played).toBe(0)
    for (const second of [999, 120, 640]) {
      cursor.goTo(recordedFromMs + second * 1_000 + 500)
      expect(arrive(cursor), `to second ${second}`).toBeLessThanOrEqual(60)
      expect(cursor.day.trades).toBe(second)
    }
    expect(cursor.prepare(10)).toBe(false)
  })

  test('goes to the same place when rows were moved into files meanwhile', async () => {
    const { cursor, tape } = await aCursor(view)
    const shownAt = (second: number) => {
      cursor.goTo(recordedFromMs + second * 1_000 + 500)
      arrive(cursor)
      const { candles } = cursor.day.replay.playedCandles(bitcoin, '1m')
      return { trades: cursor.day.trades, candles }
    }
    cursor.goTo(Infinity)
    arrive(cursor)
    const before = [900, 120].map(shownAt)
    expect(sealAll(tape.bench).length).toBeGreaterThan(0)
    while (tape.bench.database.clearSealed(0));
    expect([900, 120].map(shownAt)).toEqual(before)
    expect([900, 120].map(shownAt)).toEqual(before)
  })

  test('leaves nothing out when it follows', async () => {
    const { cursor } = await aCursor(view)
    cursor.goTo(Infinity)
    arrive(cursor)
    cursor.goTo(recordedFromMs + 100_000)
    arrive(cursor)
    const { day } = cursor
    cursor.follow(recordedFromMs + 800_000)
    expect(arrive(cursor)).toBe(700)
    expect(cursor.day).toBe(day)
  })
})
