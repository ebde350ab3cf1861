import type { ZonedTime } from '../format/zoned-time.ts'

/** Weights of marks on the time axis; a mark of more weight is kept where there is no room for all. */
export const axisWeights = {
  none: 0,
  second: 10,
  minute: 20,
  hour: 30,
  day: 50,
  month: 60,
  year: 70
} as const

const minuteMs = 60_000
const hourMs = 3_600_000

/** Round lengths within a day, longest first: a point that enters a new one gets its weight. */
const roundLengths = [
  { lengthMs: 12 * hourMs, weight: 33 },
  { lengthMs: 6 * hourMs, weight: 32 },
  { lengthMs: 3 * hourMs, weight: 31 },
  { lengthMs: hourMs, weight: axisWeights.hour },
  { lengthMs: 30 * minuteMs, weight: 22 },
  { lengthMs: 5 * minuteMs, weight: 21 },
  { lengthMs: minuteMs, weight: axisWeights.minute },
  { lengthMs: 15_000, weight: 12 },
  { lengthMs: 5_000, weight: 11 },
  { lengthMs: 1_000, weight: axisWeights.second }
] as const

/** Weighs a point by what begins between the point before it and itself on the zone's wall clock. */
export function markWeight(atMs: number, previousMs: number, zone: ZonedTime): number {
  const localMs = atMs + zone.offsetMs(atMs)
  const localPreviousMs = previousMs + zone.offsetMs(previousMs)
  const now = new Date(localMs)
  const before = new Date(localPreviousMs)
  if (now.getUTCFullYear() !== before.getUTCFullYear()) return axisWeights.year
  if (now.getUTCMonth() !== before.getUTCMonth()) return axisWeights.month
  if (now.getUTCDate() !== before.getUTCDate()) return axisWeights.day
  const round = roundLengths.find(
    ({ lengthMs }) => Math.floor(localMs / lengthMs) !== Math.floor(localPreviousMs / lengthMs)
  )
  const weight = round?.weight ?? axisWeights.none
  const hasTurned = localMs - atMs !== localPreviousMs - previousMs
  // When the clocks are turned an hour begins, whatever its name: 01:00 comes twice in autumn.
  return hasTurned ? Math.max(weight, axisWeights.hour) : weight
}

/** Writes the label of a mark: the largest thing that begins there. */
export function axisText(atMs: number, weight: number, zone: ZonedTime): string {
  if (weight >= axisWeights.year) return String(zone.fields(atMs).year)
  if (weight >= axisWeights.month) return zone.monthText(atMs)
  if (weight >= axisWeights.day) return zone.dayText(atMs)
  if (weight >= axisWeights.minute) return zone.minuteText(atMs)
  return zone.secondText(atMs)
}

/** Writes an instant in full, to the unit that tells points of the series apart. */
export function instantText(
  atMs: number,
  unit: 'day' | 'minute' | 'second',
  zone: ZonedTime
): string {
  const date = zone.dateText(atMs)
  if (unit === 'day') return date
  return `${date}  ${unit === 'minute' ? zone.minuteText(atMs) : zone.secondText(atMs)}`
}
