import type { BackfillEvent } from './collector/backfill/backfill-event.ts'
import type { Log } from './collector/log.ts'
import type { TapeMark } from './storage/store.ts'

/**
 * The tape's mark of something backfill got or decided, so that a replay can tell what was known when;
 * null for questions and failures, which change nothing. The store marks settlements by itself.
 */
export function refillMarkOf(event: BackfillEvent): TapeMark | null {
  if (event.kind === 'tail') {
    const { instrument, id, atMs } = event
    return aMark(atMs, instrument, { what: 'tail', id })
  }
  if (event.kind === 'applied') {
    const { key, atMs, trades, stored } = event
    return aMark(atMs, key.instrument, { what: 'trades', trades, stored })
  }
  if (event.kind === 'candles') {
    const { key, atMs, candles } = event
    return aMark(atMs, key.instrument, { what: 'candles', candles })
  }
  if (event.kind === 'refused') {
    const { key, atMs, reason } = event
    return aMark(atMs, key.instrument, { what: 'refused', reason })
  }
  return null
}

/** Logs what backfill does: what a user must look into as a warning, the rest for whoever looks closely. */
export function logRefill(event: BackfillEvent, log: Log): void {
  if (event.kind === 'refused' || event.kind === 'failed') {
    log.warn(`refill-${event.kind}`, { instrument: event.key.instrument, reason: event.reason })
  } else if (event.kind === 'applied') {
    const { key, trades, stored } = event
    log.debug('refill-applied', { instrument: key.instrument, trades, stored })
  }
}

function aMark(
  atMs: number,
  instrument: NonNullable<TapeMark['instrument']>,
  detail: TapeMark['detail']
): TapeMark {
  return { kind: 'refill', atMs, instrument, connection: null, detail }
}
