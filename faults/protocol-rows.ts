import { setTimeout as pause } from 'node:timers/promises'
import { cpuSeconds, memoryMb } from '../bench/process-load.ts'
import { boundedBy } from './figure-rules.ts'
import { withoutGaps } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { strikeRow, type Strike } from './strike-row.ts'
import { wireRow } from './wire-row.ts'

const both = ['coinbase', 'bybit-linear'] as const
const withinMs = 45_000
const settleMs = 30_000
const backMs = 120_000
const venue = 'coinbase'
const onePerConnection = { per_connection: 1 }

function closes(codes: readonly number[]): readonly Strike[] {
  return codes.flatMap((code) =>
    both.map((each) => ({
      venue: each,
      commands: [{ kind: 'disconnect', how: 'close', code }]
    }))
  )
}

/** What ends must say, for strikes on both venues. */
function onBoth(ends: readonly (RegExp | null)[]): readonly (RegExp | null)[] {
  return ends.flatMap((end) => [end, end])
}

const violations = ['opcode', 'masked', 'utf8', 'reserved', 'close-length'] as const
const floods = 3
/** Of the venue that is flooded. */
const links = 4
const excesses = ['frame', 'declared', 'fragments', 'bomb'] as const

/** The most that memory rose above its start while something was done, MB. */
async function rise(pid: number, act: () => Promise<void>): Promise<number> {
  const before = memoryMb(pid)
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, memoryMb(pid))
  }, 20)
  try {
    await act()
  } finally {
    clearInterval(timer)
  }
  return most - before
}

/** Rows P1–P5 and P8–P10: what the WebSocket protocol says, and what it forbids. */
export const protocolRows: readonly FaultRow[] = [
  strikeRow({
    id: 'P1',
    families: ['P'],
    title: 'closes with 1000 and 1001',
    mostSeeds: 1,
    withinMs,
    rules: { recoverMsP95: { most: 5_000 } },
    strikes: closes([1000, 1001, 1000, 1001]),
    ends: onBoth([/^1000 /, /^1001 /, /^1000 /, /^1001 /])
  }),
  wireRow({
    id: 'P2',
    families: ['P'],
    title: 'closes with 1008: attempts within a minute',
    venueSettings: onePerConnection,
    mostSeeds: 1,
    settleMs,
    spoil: withoutGaps,
    expect: boundedBy({ attemptsAfter: { most: 4 }, backMs: { most: backMs } }),
    act: async (stand) => {
      const attempts = async () => (await stand.connects())[venue]?.attempts ?? 0
      const before = await attempts()
      await stand.fault({ kind: 'disconnect', venue, how: 'close', code: 1008 })
      await pause(58_000)
      const attemptsAfter = (await attempts()) - before
      const fromMs = performance.now()
      await stand.untilLive(backMs)
      return { attemptsAfter, backMs: performance.now() - fromMs }
    }
  }),
  strikeRow({
    id: 'P3',
    families: ['P'],
    title: 'closes with 1011',
    withinMs,
    rules: { recoverMsP95: { most: 10_000 } },
    strikes: closes([1011, 1011]),
    ends: onBoth([/^1011 /, /^1011 /])
  }),
  strikeRow({
    id: 'P4',
    families: ['P'],
    title: 'closes of all links with 1012 and 1013',
    mostSeeds: 1,
    withinMs: 120_000,
    rules: { attempts_1s: { most: 20 } },
    strikes: closes([1012, 1013]),
    ends: onBoth([/^1012 /, /^1013 /])
  }),
  strikeRow({
    id: 'P5',
    families: ['P'],
    title: 'closes without a code, with codes nobody may send, and with codes of venues',
    mostSeeds: 1,
    withinMs,
    rules: { recoverMsP95: { most: 30_000 } },
    strikes: closes([1005, 1006, 1009, 4000, 4999, 999]),
    ends: onBoth([/^1005 /, /^10\d\d /, /^1009 /, /^4000 /, /^4999 /, /^1002 /])
  }),
  strikeRow({
    id: 'P8',
    families: ['P'],
    title: 'frames that the protocol forbids',
    mostSeeds: 1,
    withinMs,
    rules: { recoverMsP95: { most: 30_000 } },
    strikes: violations.map((how) => ({ venue, commands: [{ kind: 'violate', how }] })),
    ends: violations.map(() => /^1002 WS_ERR_/)
  }),
  wireRow({
    id: 'P9',
    families: ['P'],
    title: 'messages of 8 MiB, of 2^40 bytes, without an end, and compressed',
    venueSettings: onePerConnection,
    collected: { coinbase: ['BTC-USD'], 'bybit-linear': ['BTC-USDT'] },
    settleMs,
    spoil: withoutGaps,
    expect: boundedBy({ riseMb: { most: 16 } }),
    act: async (stand) => {
      const { pid } = stand.engine
      let most = 0
      for (const how of excesses) {
        const riseMb = await rise(pid, async () => {
          await stand.fault({ kind: 'oversize', venue, how, mebibytes: 8 })
          await pause(500)
          await stand.untilLive(backMs)
        })
        most = Math.max(most, riseMb)
      }
      return { riseMb: most }
    }
  }),
  wireRow({
    id: 'P10',
    families: ['P'],
    title: 'floods of 5,000 pings',
    venueSettings: onePerConnection,
    settleMs,
    spoil: withoutGaps,
    expect: boundedBy({ floodAttempts: { most: floods * links }, cpuSeconds: { most: 5 } }),
    act: async (stand) => {
      const { pid } = stand.engine
      const attempts = async () => (await stand.connects())[venue]?.attempts ?? 0
      const before = { attempts: await attempts(), cpu: cpuSeconds(pid) }
      for (let flood = 0; flood < floods; flood += 1) {
        await stand.fault({ kind: 'ping-flood', venue, n: 5_000 })
        await pause(1_000)
      }
      const used = cpuSeconds(pid) - before.cpu
      await stand.untilLive(backMs)
      return { floodAttempts: (await attempts()) - before.attempts, cpuSeconds: used }
    }
  })
]
