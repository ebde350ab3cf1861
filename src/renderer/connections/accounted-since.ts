import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { ConnectionRow, HealthRow } from '../../contracts/state-rows.ts'

export type ProofSource = {
  readonly connections: readonly ConnectionRow[]
  readonly health: HealthRow | undefined
  /** Tiles of one instrument of each venue. */
  readonly samples: readonly (readonly LedgerRange[])[]
}

/**
 * Since when every trade is accounted for, epoch ms; to be asked only where no gap is known.
 *
 * Null unless that can be said of all: each connection stands, each venue gives a way to know, and
 * nothing was dropped. It counts from when the last of the connections began to stand.
 */
export function accountedSince({ connections, health, samples }: ProofSource): number | null {
  if (connections.length === 0 || samples.length === 0 || health === undefined) return null
  const stands = connections.every(({ state }) => state === 'live' || state === 'draining')
  if (!stands || !samples.every(isProven) || health.droppedTrades > 0) return null
  return Math.max(...connections.map(({ sinceMs }) => sinceMs))
}

function isProven(tiles: readonly LedgerRange[]): boolean {
  return (
    tiles.some(({ state }) => state === 'complete') &&
    tiles.every(({ state, gap }) => state !== 'unproven' || gap !== null)
  )
}
