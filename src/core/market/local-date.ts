/** A date without a zone, as days since 1970-01-01. */
export type LocalDay = number

const dayLengthMs = 86_400_000

/** The day of a date; months from 1. */
export function localDay(year: number, month: number, day: number): LocalDay {
  return Date.UTC(year, month - 1, day) / dayLengthMs
}

/** Reads `YYYY-MM-DD`, null for anything that is no date. */
export function parseLocalDay(text: string): LocalDay | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (found === null) return null
  const day = localDay(Number(found[1]), Number(found[2]), Number(found[3]))
  return formatLocalDay(day) === text ? day : null
}

/** Writes `YYYY-MM-DD`. */
export function formatLocalDay(day: LocalDay): string {
  return new Date(day * dayLengthMs).toISOString().slice(0, 10)
}

export function yearOf(day: LocalDay): number {
  return new Date(day * dayLengthMs).getUTCFullYear()
}

/** 0 is Sunday. */
export function weekdayOf(day: LocalDay): number {
  return (((day + 4) % 7) + 7) % 7
}

/** The nth (from 1) such weekday of a month. */
export function nthWeekday(of: {
  readonly year: number
  readonly month: number
  readonly weekday: number
  readonly nth: number
}): LocalDay {
  const first = localDay(of.year, of.month, 1)
  return first + ((of.weekday - weekdayOf(first) + 7) % 7) + (of.nth - 1) * 7
}

/** The last such weekday of a month. */
export function lastWeekday(year: number, month: number, weekday: number): LocalDay {
  const last = localDay(year, month + 1, 0)
  return last - ((weekdayOf(last) - weekday + 7) % 7)
}
