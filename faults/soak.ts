import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom, type Random } from '../src/core/market/random.ts'
import { listVenue } from '../src/simulator/listing.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import { checkCandles } from './candle-check.ts'
import { LogFiles } from './log-files.ts'
import { nextStep } from './soak-plan.ts'
import { breachesOf, judgeSoak, type SoakVerdict } from './soak-rules.ts'
import { SoakWatch, type SoakEnd } from './soak-watch.ts'
import { FaultStand } from './stand.ts'

export type SoakOptions = {
  readonly minutes: number
  readonly seed: number
  /** Told once a minute; `breaches` of all minutes so far. */
  readonly onMinute: (line: {
    readonly minute: number
    readonly figures: Readonly<Record<string, string | number | null>>
    readonly breaches: readonly string[]
  }) => void
}

/** What a soak came to. */
export type SoakResult = {
  readonly verdicts: readonly SoakVerdict[]
  /** What is told and held against no bound. */
  readonly figures: Readonly<Record<string, unknown>>
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
/** After which the event loop is held to its bounds. */
const warmUpMinutes = 1

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
  await using log = await LogFiles.open(join(stand.folder, 'logs'))
  await stand.launchEngine((line) => log.write(line)).untilReady()
  await stand.untilLive(liveMs)
  const faults = new FaultSource(stand, seed)
  const stop = new AbortController()
  const running = faults.run(stop.signal)
  const watch = new SoakWatch(stand, log)
  await watchFor(minutes, watch, (minute) => {
    const breaches = breachesOf(judgeSoak(watch.figures(), minute))
    const { steps, last } = faults
    onMinute({ minute, figures: { ...watch.present, faults: steps, last }, breaches })
  })
  stop.abort()
  await running
  await stand.fault({ kind: 'clear' })
  await stand.untilLive(liveMs)
  const settledMs = await stand.settle(settleMs)
  const { openGaps, connections } = stand.engine
  const reconnects = connections.reduce((sum, each) => sum + each.reconnects, 0)
  await watch.look()
  const { told } = watch
  const ran = watch.figures()
  await stand.stopEngine()
  const { end, counts } = await conclude(stand, openGaps)
  return {
    verdicts: judgeSoak({ ...ran, ...end }, minutes),
    figures: {
      instruments: stand.instruments.length,
      faults: faults.steps,
      reconnects,
      settledMs: settledMs === null ? null : Math.round(settledMs),
      ...counts,
      ...told
    }
  }
}

async function watchFor(
  minutes: number,
  watch: SoakWatch,
  onMinute: (minute: number) => void
): Promise<void> {
  const startMs = performance.now()
  for (let minute = 0; minute < minutes;) {
    await pause(sampleMs)
    await watch.look()
    if (performance.now() - startMs < (minute + 1) * minuteMs) continue
    minute += 1
    onMinute(minute)
    if (minute === warmUpMinutes) watch.warmedUp()
  }
}

async function conclude(
  stand: FaultStand,
  openGaps: number
): Promise<{ readonly end: SoakEnd; readonly counts: Readonly<Record<string, unknown>> }> {
  const verdict = await stand.verify()
  const candles = checkCandles(stand.database)
  const { lostSilent, duplicates, phantom, different, overDeclared, problems } = verdict
  const { sent, stored, declared, gaps } = verdict
  return {
    end: {
      lostSilent,
      duplicates,
      phantom,
      different,
      overDeclared,
      damages: problems.length,
      openGaps,
      candlesWrong: candles.wrong
    },
    counts: { sent, stored, declared, gaps, candlesChecked: candles.checked }
  }
}

async function rest(ms: number, stopped: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: stopped }).catch((error: unknown) => {
    if (!stopped.aborted) throw error
  })
}
