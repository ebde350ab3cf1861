import type { RestContext } from '../../../venues/venue.ts'

/** What backfill did since its start. Only ever rises. */
export type BackfillFigures = {
  /** HTTP requests, those of tail checks included. */
  readonly requests: number
  /** Requests that failed. */
  readonly failures: number
  /** Pages dropped whole because they contradict what is known. */
  readonly refusedPages: number
  /** Trades that were missing and are stored now. */
  readonly trades: number
  /** Candles taken in place of trades. */
  readonly candles: number
  /** Newest trades that REST told of. */
  readonly anchors: number
  /** Gaps that no longer need backfill, by what became of the worst part of them. */
  readonly settled: {
    readonly refilled: number
    readonly 'refilled-candles': number
    readonly lost: number
  }
}

/** The same while it is counted. */
export type BackfillCounters = {
  -readonly [Name in Exclude<keyof BackfillFigures, 'settled'>]: number
} & { settled: { refilled: number; 'refilled-candles': number; lost: number } }

/** Makes counters that stand at 0. */
export function createBackfillCounters(): BackfillCounters {
  return {
    requests: 0,
    failures: 0,
    refusedPages: 0,
    trades: 0,
    candles: 0,
    anchors: 0,
    settled: { refilled: 0, 'refilled-candles': 0, lost: 0 }
  }
}

/** The venue's REST, each of its requests counted. */
export function countRequests(context: RestContext, counters: BackfillCounters): RestContext {
  return {
    ...context,
    rest: {
      getJson: (url, signal) => {
        counters.requests += 1
        return context.rest.getJson(url, signal)
      }
    }
  }
}
