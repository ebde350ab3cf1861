import type { SimMarket, SimMarketControl, SimVenueId, SimVenueServer } from '../market.ts'
import type { FaultProxy } from '../proxy/fault-proxy.ts'
import type { Truth } from '../truth.ts'
import type { FaultBoard } from './fault-board.ts'
import type { FaultEffect, FaultLife, FaultScope } from './fault-effect.ts'
import { FaultRefusal, type FaultParameters } from './fault-parameters.ts'
import type { FaultedMarket } from './faulted-market.ts'

/** What faults act upon. */
export type FaultTarget = {
  readonly market: SimMarket
  /** null: a tape is played, which happens as it is written. */
  readonly control: SimMarketControl | null
  readonly truth: Truth
  readonly board: FaultBoard
  readonly venues: ReadonlyMap<SimVenueId, SimVenueServer>
  /** Before each venue; empty unless they were asked for. */
  readonly proxies: ReadonlyMap<SimVenueId, FaultProxy>
  /** What each venue tells of the market. */
  readonly told: ReadonlyMap<SimVenueId, FaultedMarket>
}

/** One kind of fault: reads its parameters and says what is to be done; nothing happens before. */
export type FaultKind = (parameters: FaultParameters, target: FaultTarget) => () => void

/** What begins a lasting fault, with the seed of its draws. */
export function beginFault(
  { board }: FaultTarget,
  parameters: FaultParameters,
  of: {
    readonly effect: FaultEffect
    readonly scope: FaultScope
    readonly life: FaultLife
  }
): () => void {
  const seed = parameters.seed()
  return () => {
    if (!board.add({ ...of, seed })) {
      throw new FaultRefusal('kind', 'fewer faults at a time', 'one more')
    }
  }
}
