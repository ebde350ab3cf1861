import type { LocalDay } from './local-date.ts'
import { nthWeekday, yearOf } from './local-date.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayLengthMs = 86_400_000

/** The moment of a New York wall clock time, epoch ms; of a repeated hour in autumn the first. */
export function newYorkMs(day: LocalDay, minuteOfDay: number): number {
  const wallMs = day * dayLengthMs + minuteOfDay * minuteMs
  const asDaylightMs = wallMs + 4 * hourMs
  return isDaylight(asDaylightMs) ? asDaylightMs : wallMs + 5 * hourMs
}

/** The date in New York at a moment. */
export function newYorkDay(atMs: number): LocalDay {
  return Math.floor((atMs - (isDaylight(atMs) ? 4 : 5) * hourMs) / dayLengthMs)
}

/**
 * Tells whether New York is on daylight time: from the second Sunday of March, 02:00 EST, to the first
 * Sunday of November, 02:00 EDT (the rule since 2007).
 */
function isDaylight(atMs: number): boolean {
  const year = yearOf(Math.floor(atMs / dayLengthMs))
  const begins = nthWeekday({ year, month: 3, weekday: 0, nth: 2 })
  const ends = nthWeekday({ year, month: 11, weekday: 0, nth: 1 })
  return atMs >= begins * dayLengthMs + 7 * hourMs && atMs < ends * dayLengthMs + 6 * hourMs
}
