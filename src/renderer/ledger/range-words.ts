import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import {
  gapCauseSentences,
  gapLengthText,
  gapSourceWords,
  gapStateSentences,
  gapTimeText,
  missedText
} from './gap-words.ts'

/** A state of the ledger as the chart says it; `open` without a gap only waits for the venue's grace. */
export function stateWords(state: LedgerState, hasGap: boolean): string {
  switch (state) {
    case 'complete':
      return 'complete'
    case 'quiet':
      return 'quiet, no trade'
    case 'closed':
      return 'market closed'
    case 'open':
      return hasGap ? 'gap, not settled' : 'not sealed yet'
    case 'refilled':
      return 'complete, refilled'
    case 'refilled-candles':
      return 'refilled from candles'
    case 'lost':
      return 'trades lost'
    case 'unproven':
      return 'unproven'
  }
}

/** What there is to say about a stretch: a heading, a sentence, and facts in reading order. */
export type RangeFacts = {
  readonly title: string
  readonly sentence: string
  readonly facts: readonly { readonly name: string; readonly value: string }[]
}

/** Says all that is known about a stretch that is not simply complete. */
export function rangeFacts(range: LedgerRange, zone: ZonedTime): RangeFacts {
  const { state, gap } = range
  if (gap === null) {
    return {
      title: stateWords(state, false),
      sentence: plainSentence(state),
      facts: [
        { name: 'From', value: gapTimeText(range.fromMs, zone) },
        { name: 'To', value: gapTimeText(range.toMs, zone) }
      ]
    }
  }
  const length = gapLengthText(gap)
  const to = gapTimeText(gap.toMs, zone)
  return {
    title: stateWords(gap.state, true),
    sentence: gapStateSentences[gap.state],
    facts: [
      { name: 'Cause', value: gapCauseSentences[gap.cause] },
      { name: 'From', value: gapTimeText(gap.fromMs, zone) },
      { name: 'To', value: length === null ? to : `${to}  (${length})` },
      { name: 'Missed', value: missedText(gap.missedTrades) },
      ...(gap.source === null
        ? []
        : [{ name: 'Refilled from', value: gapSourceWords[gap.source] }]),
      ...(gap.reason === null ? [] : [{ name: 'Reason', value: gap.reason }])
    ]
  }
}

function plainSentence(state: LedgerState): string {
  switch (state) {
    case 'unproven':
      return 'The venue gives no way to know whether everything came.'
    case 'closed':
      return 'The market is closed: nothing is expected here.'
    case 'open':
      return 'Not yet sealed: late trades may still come.'
    case 'quiet':
      return 'Nothing traded, and that is known.'
    case 'complete':
    case 'refilled':
    case 'refilled-candles':
    case 'lost':
      return ''
  }
}
