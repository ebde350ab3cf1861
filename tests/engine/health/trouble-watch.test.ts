import { describe, expect, test } from 'vitest'
import {
  TroubleWatch,
  type TroubleFigures,
  type TroubleCode
} from '../../../src/engine/health/trouble-watch.ts'

const well: TroubleFigures = {
  storeLagMs: 10_000,
  implausibleTrades: 0,
  overdueGaps: 0,
  overdueTrades: 0,
  lostGaps: 0,
  droppedTrades: 0,
  omittedFrames: 0,
  memory: []
}

/** Judges once a second. */
function watching() {
  const watch = new TroubleWatch()
  let atMs = 500_000
  const after = (seconds: number, figures: Partial<TroubleFigures>) => {
    for (let second = 1; second < seconds; second += 1) {
      atMs += 1_000
      watch.judge({ ...well, ...figures }, atMs)
    }
    atMs += 1_000
    return watch.judge({ ...well, ...figures }, atMs)
  }
  return { watch, after }
}

describe('TroubleWatch', () => {
  test('finds nothing wrong where nothing is', () => {
    const { watch, after } = watching()
    expect(after(100, {})).toEqual({ began: [], ended: [] })
    expect(watch.current).toEqual([])
  })

  test.each([
    ['trades-implausible', { implausibleTrades: 7 }, /^7 trades had a time .* check the clock$/],
    ['gaps-lost', { lostGaps: 1 }, /^1 gap could not be filled/],
    ['trades-dropped', { droppedTrades: 2 }, /^2 trades were lost/]
  ] as const)('tells of %s for a minute after the last', (code, loss, sentence) => {
    const { watch, after } = watching()
    after(5, {})
    expect(after(1, loss).began).toEqual([
      { code, sentence: expect.stringMatching(sentence) as string }
    ])
    expect(after(59, loss)).toEqual({ began: [], ended: [] })
    expect(watch.current).toHaveLength(1)
    expect(after(1, loss)).toEqual({ began: [], ended: [code satisfies TroubleCode] })
    expect(watch.current).toEqual([])
  })

  test('counts a loss that the first second brings', () => {
    const { after } = watching()
    expect(after(1, { lostGaps: 40 }).began).toMatchObject([{ code: 'gaps-lost' }])
  })

  test('names the losses of the last minute, not of the run', () => {
    const { watch, after } = watching()
    after(1, { lostGaps: 40 })
    after(90, { lostGaps: 40 })
    after(1, { lostGaps: 43 })
    expect(watch.current.map(({ sentence }) => sentence)).toEqual([
      '3 gaps could not be filled with trades in the last minute'
    ])
  })

  test('tells of a damaged database first, and for good', () => {
    const { watch, after } = watching()
    watch.storeDamaged('row 7 missing from index')
    watch.storeTrouble('disk full')
    after(90, {})
    expect(watch.current[0]).toMatchObject({
      code: 'store-damaged',
      sentence: expect.stringContaining('row 7 missing') as string
    })
  })

  test('tells of candles that are not what their trades make, until an audit finds none', () => {
    const { watch, after } = watching()
    watch.candlesDiffer('3 candles of 2026-11-21 are not what the trades make')
    expect(after(1, {}).began).toMatchObject([{ code: 'candles-differ' }])
    watch.candlesDiffer(null)
    expect(after(1, {}).ended).toEqual(['candles-differ'])
  })

  test('tells of gaps that stay open, until they are filled', () => {
    const { watch, after } = watching()
    expect(after(1, { overdueGaps: 2, overdueTrades: 1 }).began).toEqual([
      { code: 'gaps-open', sentence: '2 gaps not filled yet, 1 trade missing' }
    ])
    after(90, { overdueGaps: 1 })
    expect(watch.current.map(({ sentence }) => sentence)).toEqual(['1 gap not filled yet'])
    expect(after(1, {}).ended).toEqual(['gaps-open'])
  })

  test('tells of memory what it is told, as long as it is told', () => {
    const { watch, after } = watching()
    const swapping = { code: 'swapping', sentence: 'The computer swaps' } as const
    expect(after(1, { memory: [swapping] }).began).toEqual([swapping])
    after(5, { memory: [swapping] })
    expect(watch.current).toEqual([swapping])
    expect(after(1, {}).ended).toEqual(['swapping'])
  })

  test('tells that frames come too fast, until they do not', () => {
    const { watch, after } = watching()
    watch.receivePressure('high')
    expect(after(1, {}).began).toMatchObject([{ code: 'receive-pressure' }])
    watch.receivePressure('normal')
    expect(after(1, {}).ended).toEqual(['receive-pressure'])
  })

  test('tells of frames that are not recorded, for a minute, and why while it is known', () => {
    const { watch, after } = watching()
    after(1, {})
    expect(after(1, { omittedFrames: 3 }).began).toEqual([
      {
        code: 'frames-not-recorded',
        sentence: '3 frames were left out of the recording in the last minute'
      }
    ])
    after(61, { omittedFrames: 3 })
    expect(watch.current).toEqual([])
    watch.recordingTrouble('no space left')
    expect(after(1, { omittedFrames: 3 }).began[0]?.sentence).toContain('no space left')
    watch.recordingTrouble(null)
    expect(after(1, { omittedFrames: 3 }).ended).toEqual(['frames-not-recorded'])
  })

  test('tells of a store that fails, is behind or late, until it is well', () => {
    const { watch, after } = watching()
    watch.storeTrouble('disk full')
    watch.storePressure('high')
    expect(after(1, { storeLagMs: 10_001 }).began.map(({ code }) => code)).toEqual([
      'store-trouble',
      'store-pressure',
      'store-lag'
    ])
    expect(watch.current[0]?.sentence).toContain('disk full')
    watch.storeTrouble(null)
    watch.storePressure('normal')
    expect(after(1, {}).ended).toEqual(['store-trouble', 'store-pressure', 'store-lag'])
  })
})
