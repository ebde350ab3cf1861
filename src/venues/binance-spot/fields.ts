/** Earliest and latest venue time that is taken for milliseconds: 2001 to 2286. */
const timeRangeMs = { from: 1e12, to: 1e13 }

/** Reads a JSON number that counts epoch milliseconds; null for anything else, microseconds included. */
export function parseTimeMs(value: unknown): number | null {
  const isTime =
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= timeRangeMs.from &&
    value < timeRangeMs.to
  return isTime ? value : null
}

/** Reads a JSON number that is a trade id; null for anything that would not survive as a number. */
export function parseTradeId(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
