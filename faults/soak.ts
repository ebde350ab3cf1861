import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { busyMarket } from './busy-market.ts'
import { checkCandles } from './candle-check.ts'
import { FaultSource } from './fault-source.ts'
import { LogFiles } from './log-files.ts'
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

const minuteMs = 60_000
const sampleMs = 2_000
const liveMs = 120_000
const settleMs = 240_000
/** After which the event loop is held to its bounds. */
const warmUpMinutes = 1

/** Runs an engine under random faults and holds it to its bounds all the while. */
export async function soak({ minutes, seed, onMinute }: SoakOptions): Promise<SoakResult> {
  await using stand = await FaultStand.open({ ...busyMarket, seed, logLevel: 'info' })
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
