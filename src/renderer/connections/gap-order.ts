import type { Gap } from '../../core/market/ledger/gap.ts'

export const gapSortKeys = [
  'instrument',
  'start',
  'end',
  'duration',
  'missed',
  'state',
  'cause',
  'source'
] as const
export type GapSortKey = (typeof gapSortKeys)[number]
export type GapSort = { readonly key: GapSortKey; readonly descending: boolean }

/** Gravest first. */
const stateOrder: readonly Gap['state'][] = [
  'open',
  'lost',
  'unproven',
  'refilled-candles',
  'refilled'
]

/** Sorts gaps by a column; what is not known comes last either way, and equals stand newest first. */
export function sortGaps(gaps: readonly Gap[], { key, descending }: GapSort): readonly Gap[] {
  const turn = descending ? -1 : 1
  return [...gaps].sort((left, right) => {
    const [a, b] = [valueOf(left, key), valueOf(right, key)]
    if (a === null || b === null) {
      if (a !== b) return a === null ? 1 : -1
    } else if (a !== b) {
      return (a < b ? -1 : 1) * turn
    }
    return right.toMs - left.toMs
  })
}

function valueOf(gap: Gap, key: GapSortKey): string | number | null {
  switch (key) {
    case 'instrument':
      return gap.instrument
    case 'start':
      return gap.fromMs
    case 'end':
      return gap.toMs
    case 'duration':
      return gap.fromMs === null ? null : gap.toMs - gap.fromMs
    case 'missed':
      return gap.missedTrades
    case 'state':
      return stateOrder.indexOf(gap.state)
    case 'cause':
      return gap.cause
    case 'source':
      return gap.source
  }
}
