import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { countIn } from './database-copy.ts'
import { boundedBy } from './figure-rules.ts'
import { withoutGaps } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { standRow } from './stand-row.ts'
import { holdsWithin } from './wait.ts'

const coins = ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD']
const collected = { coinbase: coins }
const rate = 4
const settleMs = 60_000
/** Four times as many are held, then trades are dropped. */
const queueRows = 300
const fullMs = 12_000
const burst = 800
const readMs = 700
const lockMs = 5_000

function storedIn(path: string): number {
  return countIn(path, 'SELECT count(*) FROM trade')
}

const full = standRow({
  id: 'S1',
  families: ['S'],
  title: 'a disk that is full, and has room again',
  collected,
  rate: 1,
  engineFaults: { gaps: true, queueRows },
  loopLeave: 'held on purpose',
  settleMs,
  logLevel: 'info',
  spoil: withoutGaps,
  expect: (judged) => [
    ...boundedBy({
      fullSeen: { least: 1 },
      isTold: { least: 1 },
      storedWhileFull: { most: 300 },
      droppedTrades: { least: 1 },
      gapsStoreFull: { least: 1 },
      rowsAfterResume: { least: 1 }
    })(judged),
    ...(judged.verdict.declared > 0 ? [`${judged.verdict.declared} trades not refilled`] : [])
  ],
  act: async (stand) => {
    const { engine } = stand
    await pause(3_000)
    engine.provoke({ what: 'full', pages: countIn(stand.database, 'PRAGMA page_count') })
    // Reading pauses once the store is behind: only what was read before can be too much for it.
    engine.provoke({ what: 'slow', eventMs: 5 })
    for (const instrument of stand.instruments) {
      await stand.fault({ kind: 'burst', instrument, n: burst })
    }
    await pause(readMs)
    const beforeFull = storedIn(stand.database)
    engine.provoke({ what: 'slow', eventMs: 0 })
    await pause(fullMs)
    const fullSeen = engine.events.of('store-trouble storage-disk-full')
    const isTold = Number((engine.health?.problems.length ?? 0) > 0)
    const droppedTrades = engine.health?.droppedTrades ?? null
    const atResume = storedIn(stand.database)
    engine.provoke({ what: 'full', pages: null })
    const fromMs = performance.now()
    await holdsWithin(settleMs, () => storedIn(stand.database) > atResume + burst)
    const resumeMs = performance.now() - fromMs
    await stand.untilLive(settleMs)
    await pause(3_000)
    return {
      fullSeen,
      isTold,
      storedWhileFull: atResume - beforeFull,
      droppedTrades,
      resumeMs,
      gapsStoreFull: countIn(stand.database, "SELECT count(*) FROM gap WHERE cause = 'store-full'"),
      rowsAfterResume: storedIn(stand.database) - atResume
    }
  }
})

/** What an engine that gave up a batch for each refusal would not have. */
const withoutQueued =
  'DELETE FROM trade WHERE arrival IN (SELECT arrival FROM trade ORDER BY arrival LIMIT 50);'

const locked = standRow({
  id: 'S2',
  families: ['S'],
  title: 'another process holds the write lock for 5 s',
  collected,
  rate,
  settleMs,
  logLevel: 'info',
  spoil: withoutQueued,
  expect: boundedBy({
    busySeen: { least: 1 },
    storedMeanwhile: { most: 0 },
    longestBeatMs: { most: 1_500 },
    waited: { least: 1 },
    gaps: { most: 0 },
    droppedTrades: { most: 0 }
  }),
  act: async (stand) => {
    const { engine } = stand
    const other = new DatabaseSync(stand.database, { timeout: 5_000 })
    try {
      other.exec('BEGIN IMMEDIATE')
      const before = storedIn(stand.database)
      engine.forgetBeats()
      await pause(lockMs)
      const storedMeanwhile = storedIn(stand.database) - before
      const { longestBeatMs } = engine
      const waited = engine.health?.queuedRows ?? 0
      other.exec('ROLLBACK')
      await holdsWithin(settleMs, () => storedIn(stand.database) >= before + waited)
      await pause(2_000)
      return {
        lockMs,
        busySeen: engine.events.of('store-trouble storage-busy'),
        storedMeanwhile,
        waited,
        longestBeatMs,
        gaps: countIn(stand.database, 'SELECT count(*) FROM gap'),
        droppedTrades: engine.health?.droppedTrades ?? null
      }
    } finally {
      other.close()
    }
  }
})

/** Rows of a store that cannot be written. */
export const storeRows: readonly FaultRow[] = [full, locked]
