import type { LedgerRow } from '../../contracts/state-rows.ts'
import { fixedText } from '../format/number-text.ts'
import { missedText } from './gap-words.ts'

/** Gaps of one instrument or of many, in figures. */
export type GapCount = Pick<LedgerRow, 'openGaps' | 'missingTrades' | 'lostGaps'>

/** Adds up gaps; an instrument without a row has none that are known. */
export function countGaps(rows: readonly (GapCount | undefined)[]): GapCount {
  const count = { openGaps: 0, missingTrades: 0, lostGaps: 0 }
  for (const row of rows) {
    count.openGaps += row?.openGaps ?? 0
    count.missingTrades += row?.missingTrades ?? 0
    count.lostGaps += row?.lostGaps ?? 0
  }
  return count
}

/** The mark an instrument carries: an open gap goes before a lost one; null when there is neither. */
export function gapShape({ openGaps, lostGaps }: GapCount): 'gap-open' | 'gap-lost' | null {
  if (openGaps > 0) return 'gap-open'
  return lostGaps > 0 ? 'gap-lost' : null
}

/** `2 gaps open, 14 trades missing; 1 gap since start not refilled with trades`; empty when there is nothing to say. */
export function gapSentence({ openGaps, missingTrades, lostGaps }: GapCount): string {
  const parts: string[] = []
  if (openGaps > 0) {
    const missing = missingTrades > 0 ? `, ${missedText(missingTrades)} missing` : ''
    parts.push(`${gapsText(openGaps)} open${missing}`)
  }
  if (lostGaps > 0) parts.push(`${gapsText(lostGaps)} since start not refilled with trades`)
  return parts.join('; ')
}

/** `1 gap`, `2 gaps`. */
export function gapsText(count: number): string {
  return `${fixedText(count, 0)} ${count === 1 ? 'gap' : 'gaps'}`
}
