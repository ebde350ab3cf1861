import type { Gap, GapCause, GapState } from '../../core/market/ledger/gap.ts'
import { longAgeText } from '../format/age-text.ts'
import { fixedText } from '../format/number-text.ts'
import type { ZonedTime } from '../format/zoned-time.ts'

/** What became of a gap, in the fewest words. */
export const gapStateWords: Readonly<Record<GapState, string>> = {
  open: 'open',
  refilled: 'refilled',
  'refilled-candles': 'refilled from candles',
  lost: 'lost',
  unproven: 'unproven'
}

/** What each state means, for tooltips. */
export const gapStateSentences: Readonly<Record<GapState, string>> = {
  open: 'Something is missing here; whether it can be had is not settled yet.',
  refilled: 'Every trade that was missing came later.',
  'refilled-candles': 'The trades could not be had; the venue’s own candles stand here instead.',
  lost: 'What is missing here could not be had.',
  unproven: 'The venue gives no way to know whether something is missing here.'
}

export const gapCauseWords: Readonly<Record<GapCause, string>> = {
  'missing-ids': 'trade numbers left out',
  disconnected: 'disconnected',
  'not-running': 'not running',
  'store-full': 'store full',
  'damaged-file': 'file damaged',
  'not-kept': 'not kept'
}

export const gapCauseSentences: Readonly<Record<GapCause, string>> = {
  'missing-ids': 'The venue left out trade numbers though the link stood.',
  disconnected: 'No link carried the instrument.',
  'not-running': 'Tapedeck was not running.',
  'store-full': 'The trades came and could not be kept: the store was full.',
  'damaged-file': 'The trades lie in a file that cannot be read; put it back from a backup.',
  'not-kept': 'The trades were deleted by the retention that the settings ask for.'
}

export const gapSourceWords: Readonly<Record<NonNullable<Gap['source']>, string>> = {
  trades: 'the venue’s trades',
  candles: 'the venue’s candles',
  late: 'the feed itself, late'
}

/** `12 trades`, `1 trade`; `not known` where ids do not tell. */
export function missedText(missedTrades: number | null): string {
  if (missedTrades === null) return 'not known'
  return `${fixedText(missedTrades, 0)} ${missedTrades === 1 ? 'trade' : 'trades'}`
}

/** How long a gap lasted: `41 s`, `0.4 s` below a second; null where it is not known when it began. */
export function gapLengthText({ fromMs, toMs }: Gap): string | null {
  if (fromMs === null) return null
  const lengthMs = Math.max(0, toMs - fromMs)
  if (lengthMs < 1_000) return `${fixedText(lengthMs / 1_000, lengthMs < 100 ? 2 : 1)} s`
  return longAgeText(lengthMs)
}

/** An instant to the second, with its day: a gap is often not of today. */
export function gapTimeText(atMs: number | null, zone: ZonedTime): string {
  return atMs === null ? 'not known' : `${zone.dayText(atMs)} ${zone.secondText(atMs)}`
}
