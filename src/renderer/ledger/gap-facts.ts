import type { Gap } from '../../core/market/ledger/gap.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import {
  gapCauseSentences,
  gapLengthText,
  gapSourceWords,
  gapStateSentences,
  gapTimeText,
  missedText
} from './gap-words.ts'
import { stateWords } from './state-words.ts'

/** What there is to say about a gap: a heading, a sentence, and facts in reading order. */
export type GapFacts = {
  readonly title: string
  readonly sentence: string
  readonly facts: readonly { readonly name: string; readonly value: string }[]
}

/** Says all that is known about a gap. */
export function gapFacts(gap: Gap, zone: ZonedTime): GapFacts {
  const length = gapLengthText(gap)
  const to = gapTimeText(gap.toMs, zone)
  return {
    title: stateWords(gap.state, true),
    sentence: gapStateSentences[gap.state],
    facts: [
      { name: 'Cause', value: gapCauseSentences[gap.cause] },
      { name: 'From', value: gapTimeText(gap.fromMs, zone) },
      { name: 'To', value: length === null ? to : `${to} (${length})` },
      { name: 'Missed', value: missedText(gap.missedTrades) },
      ...(gap.source === null
        ? []
        : [{ name: 'Refilled from', value: gapSourceWords[gap.source] }]),
      ...(gap.reason === null ? [] : [{ name: 'Reason', value: gap.reason }])
    ]
  }
}
