import { tableNames, type StateTables, type TableName } from '../../contracts/state-rows.ts'
import type { Delta, Snapshot } from '../../contracts/state-stream.ts'
import { Table } from './table.ts'

/** The renderer's copy of the engine's state; it holds no truth of its own. */
export type StateCopy = { readonly [Name in TableName]: Table<StateTables[Name]> }

export function createStateCopy(): StateCopy {
  return {
    run: new Table(),
    instruments: new Table(),
    prices: new Table(),
    sparks: new Table(),
    ledger: new Table(),
    connections: new Table(),
    incidents: new Table(),
    health: new Table(),
    deck: new Table()
  }
}

/** Makes the copy equal to the snapshot, then tells listeners. */
export function applySnapshot(copy: StateCopy, { tables }: Snapshot): void {
  copy.run.replaceAll(tables.run)
  copy.instruments.replaceAll(tables.instruments)
  copy.prices.replaceAll(tables.prices)
  copy.sparks.replaceAll(tables.sparks)
  copy.ledger.replaceAll(tables.ledger)
  copy.connections.replaceAll(tables.connections)
  copy.incidents.replaceAll(tables.incidents)
  copy.health.replaceAll(tables.health)
  copy.deck.replaceAll(tables.deck)
  publish(copy)
}

/** Replaces changed rows whole and drops removed ones, then tells listeners. */
export function applyDelta(copy: StateCopy, { changed, removed }: Delta): void {
  copy.run.apply(changed.run ?? [], removed.run ?? [])
  copy.instruments.apply(changed.instruments ?? [], removed.instruments ?? [])
  copy.prices.apply(changed.prices ?? [], removed.prices ?? [])
  copy.sparks.apply(changed.sparks ?? [], removed.sparks ?? [])
  copy.ledger.apply(changed.ledger ?? [], removed.ledger ?? [])
  copy.connections.apply(changed.connections ?? [], removed.connections ?? [])
  copy.incidents.apply(changed.incidents ?? [], removed.incidents ?? [])
  copy.health.apply(changed.health ?? [], removed.health ?? [])
  copy.deck.apply(changed.deck ?? [], removed.deck ?? [])
  publish(copy)
}

function publish(copy: StateCopy): void {
  for (const name of tableNames) copy[name].publish()
}
