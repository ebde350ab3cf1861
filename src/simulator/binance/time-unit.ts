/** In what a connection wants its times: chosen by `timeUnit` when it opens. */
export type TimeUnit = 'ms' | 'us'

/** Reads the query of a connection; anything unknown means milliseconds. */
export function readTimeUnit(query: URLSearchParams): TimeUnit {
  return query.get('timeUnit')?.toUpperCase() === 'MICROSECOND' ? 'us' : 'ms'
}

/** Writes a time, epoch ms with microseconds as its fraction, as a whole number of units. */
export function stamp(ms: number, unit: TimeUnit): number {
  return unit === 'ms' ? Math.floor(ms) : Math.round(ms * 1000)
}

/** Writes the last moment before a time: 1 ms or 1 µs earlier. */
export function stampBefore(ms: number, unit: TimeUnit): number {
  return stamp(ms, unit) - 1
}
