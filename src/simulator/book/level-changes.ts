import type { SimLevel } from '../market.ts'

/**
 * Lists what turns one side of a book into another: absolute sizes, `'0'` where a level went.
 *
 * Changed and new levels come first, in the order of `after`; removed ones follow in the order of
 * `before`.
 *
 * @param before Levels with unique prices.
 * @param after Levels with unique prices, spelled alike.
 */
export function levelChanges(before: readonly SimLevel[], after: readonly SimLevel[]): SimLevel[] {
  if (before === after) return []
  const sizes = new Map(before)
  const changes: SimLevel[] = []
  for (const level of after) {
    if (sizes.get(level[0]) !== level[1]) changes.push(level)
    sizes.delete(level[0])
  }
  for (const price of sizes.keys()) changes.push([price, '0'])
  return changes
}
