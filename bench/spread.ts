/** Several measurements of one thing. */
export type Spread = { readonly median: number; readonly low: number; readonly high: number }

/** @param values At least one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (place: number) => sorted[place] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2
  return { median, low: at(0), high: at(sorted.length - 1) }
}

/** Finds the value below which the share `quantile` of sorted values lies; NaN of none. */
export function quantileOf(sorted: Float64Array, quantile: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * quantile) - 1, 0)] ?? Number.NaN
}
