import { describe, expect, onTestFinished, test } from 'vitest'
import type { RetentionSettings } from '../../src/contracts/retention-settings.ts'
import { RetentionKeeper } from '../../src/engine/retention-keeper.ts'
import { retentionTerms } from '../../src/engine/retention-terms.ts'
import { openStoreJobs } from '../../src/engine/storage/open-reader.ts'
import { openWriter } from '../../src/engine/storage/open-writer.ts'
import type { Forgetting } from '../../src/engine/storage/retention-rule.ts'
import type { RetentionPlanner } from '../../src/engine/storage/store-jobs.ts'
import type { StoreWriter } from '../../src/engine/storage/store.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { reading, sealAll, storedFor } from '../support/tape-keeping.ts'
import { until } from '../support/until.ts'
import { aWriterBench } from '../support/writer-bench.ts'

const writerThread = new URL('../../src/engine/writer-thread.ts', import.meta.url)
const readerThread = new URL('../../src/engine/reader-thread.ts', import.meta.url)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const nowMs = 20_000 * dayMs

type Line = readonly [level: string, event: string, fields: object]

/** A keeper, what it logs, and a way to have it look while its clock moves on. */
function aKeeper(parts: {
  readonly writer: Pick<StoreWriter, 'forget'>
  readonly openPlanner: () => Promise<RetentionPlanner>
  readonly settings?: RetentionSettings
}) {
  const clock = new FakeClock(nowMs)
  const lines: Line[] = []
  const keeper = new RetentionKeeper({
    ...parts,
    clock,
    terms: retentionTerms(parts.settings ?? { trades: '3d' }),
    log: (...line) => void lines.push(line)
  })
  const look = async () => {
    let isDone = false
    const looked = keeper.look().finally(() => (isDone = true))
    await until(() => {
      clock.advance(20)
      return isDone
    }, 'the look to end')
    await looked
  }
  return { keeper, clock, lines, look }
}

/** A planner that wants these steps done, one after another. */
function plannerOf(steps: readonly (Forgetting | null)[], usedBytes = 0): RetentionPlanner {
  const left = [...steps]
  return {
    plan: () => Promise.resolve({ next: left.shift() ?? null, usedBytes }),
    end: () => Promise.resolve()
  }
}

const anHour = { kind: 'hour', venue: 'coinbase', hour: 1 } as const
const pages = { kind: 'pages', leave: 0 } as const

describe('RetentionKeeper', () => {
  test('deletes what the terms let go, through the writer’s thread, and says so once a day', async () => {
    const bench = await aWriterBench([aRegistration()])
    for (const [id, ago] of [100, 80, 1].entries())
      bench.commit({ trades: [aTrade({ id, eventMs: nowMs - ago * hourMs })] })
    sealAll(bench)
    bench.database.close(nowMs)
    const { file } = bench.setup
    const writer = await openWriter({
      ...{ file, mode: 'live', startedMs: nowMs, tickSizes: [] },
      threadUrl: writerThread
    })
    onTestFinished(() => writer.close({ stoppedMs: nowMs }))
    const openPlanner = () => openStoreJobs({ file, threadUrl: readerThread })
    const { lines, look } = aKeeper({ writer, openPlanner })
    await look()
    expect(storedFor(file).map(({ id }) => id)).toEqual(['2'])
    expect(lines).toEqual([['info', 'retention', { hour: 2 }]])
    expect(reading(file, (reader) => reader.figures().runs)).toBe(2)
  })

  test('goes on with a step until nothing of it is left, and not with one that does not help', async () => {
    const asked: string[] = []
    const answers = [true, true, false, false]
    const writer = {
      forget: ({ kind }: Forgetting) => {
        asked.push(kind)
        return Promise.resolve(answers.shift() ?? false)
      }
    }
    const openPlanner = () => Promise.resolve(plannerOf([pages, anHour, anHour, pages]))
    const { look } = aKeeper({ writer, openPlanner })
    await look()
    expect(asked).toEqual(['pages', 'pages', 'pages', 'hour'])
  })

  test('tells what it did at most once a day', async () => {
    const writer = { forget: () => Promise.resolve(false) }
    const openPlanner = () => Promise.resolve(plannerOf([anHour]))
    const { clock, lines, look } = aKeeper({ writer, openPlanner })
    for (let looks = 0; looks < 3; looks += 1) await look()
    expect(lines).toHaveLength(1)
    clock.advance(dayMs)
    await look()
    expect(lines).toEqual([
      ['info', 'retention', { hour: 1 }],
      ['info', 'retention', { hour: 3 }]
    ])
  })

  test('tells once a day that there is more than may be, and nothing that may go', async () => {
    const writer = { forget: () => Promise.resolve(false) }
    const openPlanner = () => Promise.resolve(plannerOf([], 2_500_000_000))
    const { lines, look } = aKeeper({ writer, openPlanner, settings: { max_disk_gb: 2 } })
    await look()
    await look()
    expect(lines).toEqual([['warn', 'retention-over-limit', { usedMb: 2_500, mostMb: 2_000 }]])
  })

  test('tells what failed, and does it at a later look', async () => {
    let failures = 1
    const writer = {
      forget: () => {
        failures -= 1
        return failures < 0 ? Promise.resolve(false) : Promise.reject(new Error('no room'))
      }
    }
    const openPlanner = () => Promise.resolve(plannerOf([anHour]))
    const { lines, look } = aKeeper({ writer, openPlanner })
    await look()
    await look()
    expect(lines).toEqual([
      ['warn', 'retention-failed', { reason: 'Error: no room' }],
      ['info', 'retention', { hour: 1 }]
    ])
  })

  test('does nothing more once it is stopped', async () => {
    let asked = 0
    const writer = {
      forget: () => {
        asked += 1
        void keeper.stop()
        return Promise.resolve(true)
      }
    }
    const openPlanner = () => Promise.resolve(plannerOf([anHour, pages]))
    const { keeper, look } = aKeeper({ writer, openPlanner })
    await look()
    expect(asked).toBe(1)
  })
})

describe('retentionTerms', () => {
  test('keeps for good what no key names', () => {
    expect(retentionTerms({})).toEqual({
      tradesMs: null,
      candlesMs: {},
      ticksMs: null,
      marksMs: null,
      incidentsMs: null,
      mostBytes: null
    })
  })

  test('reads hours, days and gigabytes', () => {
    const settings = { trades: '48h', candles_1s: '30d', candles_ticks: '7d', max_disk_gb: 20 }
    expect(retentionTerms({ ...settings, marks: '10d', incidents: '365d' })).toEqual({
      tradesMs: 2 * dayMs,
      candlesMs: { '1s': 30 * dayMs },
      ticksMs: 7 * dayMs,
      marksMs: 10 * dayMs,
      incidentsMs: 365 * dayMs,
      mostBytes: 20e9
    })
  })
})
