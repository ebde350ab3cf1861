const isoUtc = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/

const zero = 0x30
/** Length of `2026-09-02T07:44:10.104422Z`. */
const exactLength = 27

/**
 * Reads an ISO-8601 UTC time as epoch ms whose fraction carries microseconds, to the nearest number;
 * digits past the microsecond are cut. Null for anything else, impossible dates included.
 */
export function parseIsoTime(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const parts = isoUtc.exec(value)
  if (parts === null) return null
  const [, date = '', hour, minute, second, fraction = ''] = parts
  const dayMs = parseDay(date)
  const seconds = secondsOfDay(Number(hour), Number(minute), Number(second))
  if (dayMs === null || seconds === null) return null
  return withMicroseconds(dayMs, seconds, Number(fraction.padEnd(6, '0').slice(0, 6)))
}

/** Reads a time out of a frame's bytes, NaN unless it has exactly the form `2026-09-02T07:44:10.104422Z`. */
export type IsoTimeReader = (bytes: Uint8Array, start: number, end: number) => number

/** Makes a reader that remembers the last day it met: almost every frame is of the same one. */
export function createIsoTimeReader(): IsoTimeReader {
  let knownDay = -1
  let knownDayMs = 0
  return (bytes, start, end) => {
    if (end - start !== exactLength || !hasSeparators(bytes, start)) return NaN
    const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
    const day = year * 10_000 + twoDigits(bytes, start + 5) * 100 + twoDigits(bytes, start + 8)
    if (day !== knownDay) {
      const dayMs = Number.isNaN(day) ? null : parseDay(dateText(day))
      if (dayMs === null) return NaN
      knownDay = day
      knownDayMs = dayMs
    }
    const seconds = secondsOfDay(
      twoDigits(bytes, start + 11),
      twoDigits(bytes, start + 14),
      twoDigits(bytes, start + 17)
    )
    if (seconds === null) return NaN
    const microseconds =
      twoDigits(bytes, start + 20) * 10_000 +
      twoDigits(bytes, start + 22) * 100 +
      twoDigits(bytes, start + 24)
    return withMicroseconds(knownDayMs, seconds, microseconds)
  }
}

/** The whole count of microseconds is an exact integer, so dividing it rounds once. */
function withMicroseconds(dayMs: number, seconds: number, microseconds: number): number {
  return ((dayMs + seconds * 1_000) * 1_000 + microseconds) / 1_000
}

function secondsOfDay(hour: number, minute: number, second: number): number | null {
  return hour < 24 && minute < 60 && second < 60 ? hour * 3_600 + minute * 60 + second : null
}

/** Start of a day written `2026-09-02`; null where the calendar has no such day. */
function parseDay(date: string): number | null {
  const dayMs = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(dayMs)) return null
  return new Date(dayMs).toISOString().startsWith(date) ? dayMs : null
}

function dateText(day: number): string {
  const digits = day.toString().padStart(8, '0')
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - zero
  const ones = (bytes[at + 1] ?? 0) - zero
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
}

function hasSeparators(bytes: Uint8Array, start: number): boolean {
  return (
    bytes[start + 4] === 0x2d &&
    bytes[start + 7] === 0x2d &&
    bytes[start + 10] === 0x54 &&
    bytes[start + 13] === 0x3a &&
    bytes[start + 16] === 0x3a &&
    bytes[start + 19] === 0x2e &&
    bytes[start + 26] === 0x5a
  )
}
