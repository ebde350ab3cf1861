import { durationMs } from '../contracts/duration.ts'
import type { RetentionSettings } from '../contracts/retention-settings.ts'
import { timeIntervals, type TimeInterval } from '../core/market/interval.ts'
import type { RetentionTerms } from './storage/retention-rule.ts'

const gigabyte = 1e9

/** Reads how long what is stored is kept. */
export function retentionTerms(settings: RetentionSettings): RetentionTerms {
  const candlesMs: Partial<Record<TimeInterval, number>> = {}
  for (const interval of timeIntervals) {
    const ageMs = ageOf(settings[`candles_${interval}`])
    if (ageMs !== null) candlesMs[interval] = ageMs
  }
  return {
    tradesMs: ageOf(settings.trades),
    candlesMs,
    ticksMs: ageOf(settings.candles_ticks),
    marksMs: ageOf(settings.marks),
    incidentsMs: ageOf(settings.incidents),
    mostBytes: settings.max_disk_gb === undefined ? null : settings.max_disk_gb * gigabyte
  }
}

function ageOf(text: string | undefined): number | null {
  return text === undefined ? null : durationMs(text)
}
