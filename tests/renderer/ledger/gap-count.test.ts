import { describe, expect, test } from 'vitest'
import { openGapsText } from '../../../src/renderer/frame/status-bar.tsx'
import { countGaps, gapSentence, gapShape } from '../../../src/renderer/ledger/gap-count.ts'
import { aLedgerRow } from '../support/gaps.ts'

const none = aLedgerRow()
const open = aLedgerRow({ openGaps: 2, missingTrades: 14 })
const lost = aLedgerRow({ lostGaps: 1 })

describe('countGaps', () => {
  test('adds up instruments, those without a row as none', () => {
    expect(countGaps([open, undefined, lost, open])).toEqual({
      openGaps: 4,
      missingTrades: 28,
      lostGaps: 1
    })
  })
})

describe('gapShape', () => {
  test('marks open gaps before lost ones, and nothing else', () => {
    expect(gapShape(countGaps([open, lost]))).toBe('gap-open')
    expect(gapShape(lost)).toBe('gap-lost')
    expect(gapShape(none)).toBeNull()
  })
})

describe('gapSentence', () => {
  test('says how many gaps are open and what is missing', () => {
    expect(gapSentence(open)).toBe('2 gaps open, 14 trades missing')
    expect(gapSentence(aLedgerRow({ openGaps: 1 }))).toBe('1 gap open')
    expect(gapSentence(countGaps([open, lost]))).toBe(
      '2 gaps open, 14 trades missing; 1 gap since start not refilled with trades'
    )
    expect(gapSentence(none)).toBe('')
  })
})

describe('openGapsText', () => {
  test('is short enough for the status bar', () => {
    expect(openGapsText(none)).toBe('0 gaps open')
    expect(openGapsText(countGaps([open, lost]))).toBe('2 gaps open, 14 missing, 1 not refilled')
  })
})
