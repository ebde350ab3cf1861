import type { ConnectionState } from '../../contracts/shapes.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'

/** A change of a connection's state, as collectors tell it. */
export type ConnectionChange = {
  readonly connection: string
  readonly venue: string
  readonly instruments: readonly InstrumentId[]
  readonly from: ConnectionState
  readonly to: ConnectionState
  readonly reason: string | null
  readonly cause: {
    readonly class: string
    readonly code: number | null
    readonly text: string
  } | null
  /** Its end was our wish. */
  readonly isPlanned: boolean
  /** When data last came on a link that has ended, run clock; null where none did. */
  readonly lastDataMs: number | null
  /** Run clock, epoch ms. */
  readonly atMs: number
  readonly monotonicMs: number
}

/** How far a loss reaches, as far as its connection can tell. */
export type LossScope = 'connections' | 'venue' | 'offline'

/**
 * What a change means for outages: it was lost, is tried, is back, or is not meant to be up. `unmoved`:
 * nothing of that.
 */
export type ConnectionSign =
  | { readonly kind: 'lost'; readonly scope: LossScope }
  | { readonly kind: 'tried' | 'back' | 'resting' | 'unmoved' }

const unmoved = { kind: 'unmoved' } as const

/** Reads what a change of a connection's state means for outages. */
export function judgeChange(change: ConnectionChange): ConnectionSign {
  const { to, reason, cause, isPlanned } = change
  switch (to) {
    case 'live':
      return { kind: 'back' }
    case 'stalled':
    case 'failed':
      return { kind: 'lost', scope: 'connections' }
    case 'connecting':
      return { kind: 'tried' }
    case 'closed':
      return { kind: 'resting' }
    case 'waiting':
      return judgeWait(reason, isPlanned ? null : cause)
    case 'subscribing':
    case 'draining':
      return unmoved
  }
}

function judgeWait(reason: string | null, unplanned: ConnectionChange['cause']): ConnectionSign {
  switch (reason) {
    case 'market':
    case 'paused':
      return { kind: 'resting' }
    case 'offline':
      return { kind: 'lost', scope: 'offline' }
    case 'breaker':
    case 'maintenance':
      return { kind: 'lost', scope: 'venue' }
    default:
      // A first start waits for the budget too, and nothing was lost then.
      return unplanned === null ? unmoved : { kind: 'lost', scope: 'connections' }
  }
}
