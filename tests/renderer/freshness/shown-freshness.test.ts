import { describe, expect, test } from 'vitest'
import {
  freshnessSentence,
  shownFreshness
} from '../../../src/renderer/freshness/shown-freshness.ts'

describe('shownFreshness', () => {
  test('shows what the engine says while the link is live', () => {
    const all = ['live', 'quiet', 'stale', 'none', 'closed'] as const
    expect(all.map((freshness) => shownFreshness(freshness, true))).toEqual(all)
  })

  test('shows nothing as live or quiet once the link is gone', () => {
    expect(shownFreshness('live', false)).toBe('stale')
    expect(shownFreshness('quiet', false)).toBe('stale')
  })

  test('invents no data and opens no market when the link is gone', () => {
    expect(shownFreshness('none', false)).toBe('none')
    expect(shownFreshness('closed', false)).toBe('closed')
  })
})

describe('freshnessSentence', () => {
  test('tells quiet from stale in words', () => {
    expect(freshnessSentence('quiet', 1_000, 35_000)).toBe('quiet, last trade 34 s ago')
    expect(freshnessSentence('stale', 1_000, 42_000)).toBe('stale 41 s')
  })

  test('waits for the first tick', () => {
    expect(freshnessSentence('none', null, 42_000)).toBe('waiting for first tick')
  })
})
