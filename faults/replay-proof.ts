import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { busyMarket } from './busy-market.ts'
import { FaultSource } from './fault-source.ts'
import {
  compareCandles,
  compareGaps,
  PlayedRows,
  storedRows,
  type NamedRows,
  type RowsCompared
} from './replay-rows.ts'
import { FaultStand } from './stand.ts'

export type ReplayProofOptions = {
  readonly minutes: number
  readonly seed: number
  /** `--speed` of the replays that print what they play; `max` is played as well. */
  readonly speed: number
  /** Told what is done next. */
  readonly onStep: (sentence: string) => void
}

/** A replay held against what is stored. */
export type PlayedProof = {
  readonly name: string
  readonly candles: RowsCompared
  /** Null where gaps are told as they were known then. */
  readonly gaps: RowsCompared | null
  /** SHA-256 over everything printed. */
  readonly lines: string
}

export type ReplayProof = {
  readonly trades: number
  readonly candles: number
  readonly gaps: number
  readonly lostSilent: number
  readonly faults: number
  readonly played: readonly PlayedProof[]
  /** Empty when it is proven. */
  readonly problems: readonly string[]
}

const minuteMs = 60_000
const liveMs = 120_000
const settleMs = 240_000
const command = fileURLToPath(new URL('../bin/tapedeck.js', import.meta.url))

/**
 * Records 326 instruments under random faults, kills the engine in the middle and at the end, starts it
 * once more so that what was missed is refilled, and holds every replay against the stored rows.
 */
export async function proveReplay(options: ReplayProofOptions): Promise<ReplayProof> {
  const { minutes, seed, speed, onStep } = options
  await using stand = await FaultStand.open({ ...busyMarket, seed })
  onStep(`recording ${stand.instruments.length} instruments for ${minutes} minutes, under faults`)
  const faults = await record(stand, { minutes, seed })
  onStep('everything is stored; replaying')
  const { lostSilent, sent } = await stand.verify()
  const stored = storedRows(stand.database)
  const played: PlayedProof[] = []
  for (const [view, pace] of [
    ['then', 'max'],
    ['then', String(speed)],
    ['final', 'max']
  ] as const) {
    onStep(`${view}, speed ${pace}`)
    played.push(await play(stand.folder, stored, { view, pace }))
  }
  return {
    trades: sent,
    candles: stored.candles.size,
    gaps: stored.gaps.length,
    lostSilent,
    faults,
    played,
    problems: problemsOf(stored, played, lostSilent)
  }
}

/** @returns How many faults there were. */
async function record(
  stand: FaultStand,
  { minutes, seed }: Pick<ReplayProofOptions, 'minutes' | 'seed'>
): Promise<number> {
  const start = async () => {
    await stand.launchEngine().untilReady()
    await stand.untilLive(liveMs)
  }
  await start()
  const faults = new FaultSource(stand, seed)
  const stop = new AbortController()
  const running = faults.run(stop.signal)
  await pause((minutes * minuteMs) / 2)
  await stand.killEngine()
  await start()
  await pause((minutes * minuteMs) / 2)
  await stand.killEngine()
  stop.abort()
  await running
  await stand.fault({ kind: 'clear' })
  await start()
  const settledMs = await stand.settle(settleMs)
  if (settledMs === null) throw new Error(`gaps were still open after ${settleMs / 1_000} s`)
  await stand.stopEngine()
  return faults.steps
}

async function play(
  dataDir: string,
  stored: NamedRows,
  { view, pace }: { readonly view: 'then' | 'final'; readonly pace: string }
): Promise<PlayedProof> {
  const args = ['--data-dir', dataDir, '--speed', pace, '--view', view, '--print']
  const child = spawn(process.execPath, [command, 'replay', ...args], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const closed = once(child, 'close')
  const rows = new PlayedRows()
  for await (const line of createInterface({ input: child.stdout })) rows.take(line)
  const [code] = (await closed) as [number | null]
  if (code !== 0)
    throw new Error(`replay --view ${view} --speed ${pace} ended with ${code ?? 'a signal'}`)
  return {
    name: `${view}, speed ${pace}`,
    candles: compareCandles(stored, rows),
    gaps: view === 'final' ? compareGaps(stored, rows) : null,
    lines: rows.digest()
  }
}

function problemsOf(
  stored: NamedRows,
  played: readonly PlayedProof[],
  lostSilent: number
): readonly string[] {
  const problems = lostSilent === 0 ? [] : [`${lostSilent} trades lost without a word`]
  if (stored.candles.size === 0) problems.push('no finished candle is stored')
  if (stored.gaps.length === 0) problems.push('nothing was missed: no gap to replay')
  for (const { name, candles, gaps } of played) {
    for (const [what, of] of [
      ['candles', candles],
      ['gaps', gaps]
    ] as const) {
      if (of !== null && of.different > 0)
        problems.push(`${name}: ${of.different} ${what} differ, such as: ${of.example ?? ''}`)
    }
  }
  const [first, again] = played
  if (first?.lines !== again?.lines) problems.push('two speeds printed different lines')
  return problems
}
