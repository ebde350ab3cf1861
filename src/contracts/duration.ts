import { z } from 'zod'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A length of time in settings: a whole number of seconds, minutes or hours, as in `90s`, `15m`, `24h`. */
export const durationSchema = z
  .string()
  .regex(/^[1-9]\d{0,5}[smh]$/, 'a time such as "90s", "15m" or "24h"')

/** An age in settings: a whole number of hours or days, as in `48h`, `30d`. */
export const ageSchema = z.string().regex(/^[1-9]\d{0,5}[hd]$/, 'a time such as "48h" or "30d"')

/** Reads a length of time or an age in settings as ms; of any other text nothing is promised. */
export function durationMs(duration: string): number {
  const unit = duration.at(-1)
  const each = unit === 'd' || unit === 'h' || unit === 'm' ? unitMs[unit] : unitMs.s
  return Number(duration.slice(0, -1)) * each
}
