import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom, type Random } from '../src/core/market/random.ts'
import { listVenue } from '../src/simulator/listing.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import { checkCandles } from './candle-check.ts'
import { nextStep } from './soak-plan.ts'
import { breachesOf, type SoakSample } from './soak-rules.ts'
import { sampleSoak } from './soak-watch.ts'
import { FaultStand } from './stand.ts'

export type SoakOptions = {
  readonly minutes: number
  readonly seed: number
  /** Told once a minute. */
  readonly onMinute: (line: Readonly<Record<string, unknown>>) => void
}

/** What a soak came to; empty breaches: everything held. */
export type SoakResult = {
  readonly figures: Readonly<Record<string, unknown>>
  readonly breaches: readonly string[]
}

/** 326 instruments; the simulated market's activity makes some 2,000 messages a second of them. */
const collected = {
  coinbase: busiest('coinbase', 206),
  'bybit-linear': busiest('bybit-linear', 60),
  'bybit-spot': busiest('bybit-spot', 60)
}
const rate = 1.25
const minuteMs = 60_000
const sampleMs = 2_000
const liveMs = 120_000
const firstFaultMs = 30_000
const settleMs = 240_000

function busiest(venue: SimVenueId, count: number): readonly string[] {
  const listed = listVenue(venue, 1, 1).filter(({ instrument }) => instrument.trading)
  return listed.slice(0, count).map(({ instrument: { base, quote } }) => `${base}-${quote}`)
}

/** Draws faults until it is told to stop. */
class FaultSource {
  readonly #stand: FaultStand
  readonly #random: Random
  #steps = 0
  #last = ''

  constructor(stand: FaultStand, seed: number) {
    this.#stand = stand
    this.#random = seededRandom(seed)
  }

  get steps(): number {
    return this.#steps
  }

  /** Kind of the newest fault. */
  get last(): string {
    return this.#last
  }

  async run(stopped: AbortSignal): Promise<void> {
    await rest(firstFaultMs, stopped)
    while (!stopped.aborted) {
      const { waitMs, commands } = nextStep(this.#random)
      for (const command of commands) await this.#stand.fault(command)
      this.#steps += 1
      this.#last = commands.map(({ kind }) => String(kind)).join(' + ')
      await rest(waitMs, stopped)
    }
  }
}

/** Runs an engine under random faults and holds it to its bounds all the while. */
export async function soak({ minutes, seed, onMinute }: SoakOptions): Promise<SoakResult> {
  const settings = { per_connection: 15 }
  await using stand = await FaultStand.open({
    seed,
    rate,
    collected,
    faultRun: null,
    venueSettings: settings,
    logLevel: 'info'
  })
  await stand.launchEngine().untilReady()
  await stand.untilLive(liveMs)
  const faults = new FaultSource(stand, seed)
  const stop = new AbortController()
  const running = faults.run(stop.signal)
  const breaches = new Set<string>()
  const samples = await watch(stand, minutes, {
    faults,
    onMinute,
    onBreach: (breach) => void breaches.add(breach.replace(/ is [\d.]+,/, ' was beyond it,'))
  })
  stop.abort()
  await running
  await stand.fault({ kind: 'clear' })
  await stand.untilLive(liveMs)
  const settledMs = await stand.settle(settleMs)
  const reconnects = stand.engine.connections.reduce((sum, each) => sum + each.reconnects, 0)
  await stand.stopEngine()
  return await conclude(stand, { samples, breaches, faults: faults.steps, settledMs, reconnects })
}

async function watch(
  stand: FaultStand,
  minutes: number,
  told: {
    readonly faults: FaultSource
    readonly onMinute: SoakOptions['onMinute']
    readonly onBreach: (breach: string) => void
  }
): Promise<readonly SoakSample[]> {
  const samples: SoakSample[] = []
  const startMs = performance.now()
  let minute = 0
  while (minute < minutes) {
    await pause(sampleMs)
    const since = (performance.now() - startMs) / minuteMs
    const sample = await sampleSoak(stand)
    const breaches = breachesOf(sample, since)
    for (const breach of breaches) told.onBreach(breach)
    samples.push(sample)
    if (since < minute + 1) continue
    minute += 1
    const { steps, last } = told.faults
    const { openGaps } = stand.engine
    told.onMinute({ minute, ...sample, openGaps, faults: steps, last, breaches })
  }
  return samples
}

async function conclude(
  stand: FaultStand,
  run: {
    readonly samples: readonly SoakSample[]
    readonly breaches: ReadonlySet<string>
    readonly faults: number
    readonly settledMs: number | null
    readonly reconnects: number
  }
): Promise<SoakResult> {
  const verdict = await stand.verify()
  const candles = checkCandles(stand.database)
  const worst = (pick: (sample: SoakSample) => number | null) =>
    Math.max(...run.samples.map((sample) => pick(sample) ?? 0))
  const { lostSilent, duplicates, phantom, different, overDeclared, problems } = verdict
  const counts = { lostSilent, duplicates, phantom, different, overDeclared }
  return {
    breaches: [
      ...run.breaches,
      ...problems,
      ...Object.entries(counts).flatMap(([name, count]) =>
        count > 0 ? [`${name}: ${count}`] : []
      ),
      ...(candles.wrong > 0 ? [`${candles.wrong} candles are not those of the trades`] : []),
      ...(run.settledMs === null ? ['gaps were still open at the end'] : [])
    ],
    figures: {
      faults: run.faults,
      reconnects: run.reconnects,
      sent: verdict.sent,
      stored: verdict.stored,
      declared: verdict.declared,
      gaps: verdict.gaps,
      ...counts,
      candlesChecked: candles.checked,
      candlesWrong: candles.wrong,
      messagesPerSecond: mean(run.samples.map(({ messagesPerSecond }) => messagesPerSecond)),
      rssMb: worst(({ rssMb }) => rssMb),
      growthHighMbPerMinute: run.samples.at(-1)?.growthHighMbPerMinute ?? null,
      loopDelayP99Ms: worst(({ loopDelayP99Ms }) => loopDelayP99Ms),
      log_1s: worst(({ log_1s: lines }) => lines),
      log_10s: worst(({ log_10s: lines }) => lines),
      connects_1s: worst(({ connects_1s: connects }) => connects),
      connects_5m: worst(({ connects_5m: connects }) => connects),
      settledMs: run.settledMs
    }
  }
}

function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length))
}

async function rest(ms: number, stopped: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: stopped }).catch((error: unknown) => {
    if (!stopped.aborted) throw error
  })
}
