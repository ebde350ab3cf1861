import type { Instrument, InstrumentId } from './instrument.ts'

/** What a list of priority symbols came to. */
export type PrioritySelection = {
  readonly ids: readonly InstrumentId[]
  /** One sentence for each symbol that cannot be given priority; empty when all is well. */
  readonly problems: readonly string[]
}

/**
 * Finds the instruments to be given priority among those that are collected.
 *
 * @param collected All of one venue.
 * @param symbols In our spelling, or ids; in any case.
 */
export function selectPriority(
  collected: readonly Instrument[],
  symbols: readonly string[]
): PrioritySelection {
  const byName = new Map<string, InstrumentId>()
  for (const { symbol, id } of collected) {
    byName.set(symbol.toUpperCase(), id)
    byName.set(id.toUpperCase(), id)
  }
  const ids = new Set<InstrumentId>()
  const problems: string[] = []
  for (const symbol of symbols) {
    const id = byName.get(symbol.toUpperCase())
    if (id === undefined) {
      problems.push(`${symbol} is given priority but is not among the instruments collected`)
    } else ids.add(id)
  }
  return { ids: [...ids], problems }
}
