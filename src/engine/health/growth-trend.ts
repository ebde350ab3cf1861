/** One reading of something that may grow. */
export type Reading = { readonly atMs: number; readonly bytes: number }

/** How fast a series grows, bytes a minute; the true slope lies in [low, high] with 95 % confidence. */
export type GrowthTrend = {
  readonly perMinute: number
  readonly low: number
  readonly high: number
}

const leastReadings = 3
const minuteMs = 60_000
/** Standard normal quantile of 97.5 %. */
const confidence = 1.96

/**
 * Estimates the slope of a series by the median of all pairwise slopes (Theil and Sen), so that no single
 * reading decides, with Sen's bounds. Readings that hang together say less than as many independent ones:
 * the bounds widen by the correlation of neighbours.
 *
 * @param readings By time, at rising times; cost grows with the square of their number.
 * @returns Null for fewer than 3 readings.
 */
export function growthTrend(readings: readonly Reading[]): GrowthTrend | null {
  const count = readings.length
  if (count < leastReadings) return null
  const slopes = pairwiseSlopes(readings)
  const perMinute = quantileAt(slopes, (slopes.length - 1) / 2)
  const inflation = varianceInflation(residuals(readings, perMinute))
  const deviation = Math.sqrt(((count * (count - 1) * (2 * count + 5)) / 18) * inflation)
  const reach = (confidence * deviation) / 2
  const middle = slopes.length / 2
  return {
    perMinute,
    low: quantileAt(slopes, middle - reach - 1),
    high: quantileAt(slopes, middle + reach)
  }
}

/** Ascending, bytes a minute. */
function pairwiseSlopes(readings: readonly Reading[]): Float64Array {
  const count = readings.length
  const slopes = new Float64Array((count * (count - 1)) / 2)
  let at = 0
  for (const [index, later] of readings.entries()) {
    for (const earlier of readings.slice(0, index)) {
      slopes[at] = ((later.bytes - earlier.bytes) * minuteMs) / (later.atMs - earlier.atMs)
      at += 1
    }
  }
  return slopes.sort()
}

/** Between two places linearly; past either end the outermost value. */
function quantileAt(ascending: Float64Array, place: number): number {
  const within = Math.min(Math.max(place, 0), ascending.length - 1)
  const below = ascending[Math.floor(within)] ?? 0
  const above = ascending[Math.ceil(within)] ?? 0
  return below + (above - below) * (within - Math.floor(within))
}

/** What is left of each reading without the slope, about their mean. */
function residuals(readings: readonly Reading[], perMinute: number): readonly number[] {
  const left = readings.map(({ atMs, bytes }) => bytes - (perMinute * atMs) / minuteMs)
  const mean = left.reduce((sum, value) => sum + value, 0) / left.length
  return left.map((value) => value - mean)
}

/** How much more the slope varies than if neighbours were independent; 1 where they are. */
function varianceInflation(values: readonly number[]): number {
  let together = 0
  let alone = 0
  for (const [index, value] of values.entries()) {
    alone += value * value
    together += value * (values[index - 1] ?? 0)
  }
  if (alone === 0) return 1
  // Taking the slope out hides some of the correlation of a short series.
  const correlation = together / alone + 1 / values.length
  const bounded = Math.min(Math.max(correlation, 0), 0.95)
  return (1 + bounded) / (1 - bounded)
}
