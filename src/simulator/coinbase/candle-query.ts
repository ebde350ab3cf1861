/** Candle lengths the venue keeps, in seconds. */
const granularities = [60, 300, 900, 3600, 21_600, 86_400]
/** Most candles of one answer. */
export const maxCandles = 300

export type CandleQuery =
  | {
      readonly kind: 'ok'
      readonly lengthMs: number
      readonly fromMs: number
      readonly lastMs: number
    }
  | { readonly kind: 'refused'; readonly message: string }

function readTime(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)
}

/**
 * Reads what a request for candles asks: open times in [fromMs, lastMs], both included.
 *
 * Without both ends the newest 300 are meant. Wording of the refusals as clients have met it; the
 * protocol sheet only says that larger ranges are refused.
 */
export function readCandleQuery(query: URLSearchParams, nowMs: number): CandleQuery {
  const granularity = Number(query.get('granularity') ?? '60')
  if (!granularities.includes(granularity)) {
    return { kind: 'refused', message: 'Unsupported granularity' }
  }
  const lengthMs = granularity * 1000
  const start = query.get('start')
  const end = query.get('end')
  if (start === null || end === null) {
    const lastMs = Math.floor(nowMs / lengthMs) * lengthMs
    return { kind: 'ok', lengthMs, fromMs: lastMs - (maxCandles - 1) * lengthMs, lastMs }
  }
  const startMs = readTime(start)
  const endMs = readTime(end)
  if (!Number.isFinite(startMs)) return { kind: 'refused', message: 'Invalid start' }
  if (!Number.isFinite(endMs)) return { kind: 'refused', message: 'Invalid end' }
  if (endMs < startMs) return { kind: 'refused', message: 'start must be before end' }
  if (endMs - startMs > maxCandles * lengthMs) {
    return {
      kind: 'refused',
      message: `granularity too small for the requested time range. Count of aggregations requested exceeds ${maxCandles}`
    }
  }
  return {
    kind: 'ok',
    lengthMs,
    fromMs: Math.floor(startMs / lengthMs) * lengthMs,
    lastMs: Math.floor(endMs / lengthMs) * lengthMs
  }
}
