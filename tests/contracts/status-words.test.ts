import { describe, expect, test } from 'vitest'
import { connectionWords, statusWords } from '../../src/contracts/status-words.ts'
import { aHealthRow } from '../support/rows.ts'

const collecting = aHealthRow({
  mode: 'live',
  connections: { live: 21, total: 22 },
  messagesPerSecond: 1_498.4
})

describe('statusWords', () => {
  test('says connections and rate', () => {
    expect(statusWords(collecting)).toBe('21/22 live · 1,498 msg/s')
  })

  test.each([
    ['simulated', 'SIMULATED · 21/22 live · 1,498 msg/s'],
    ['replay', 'REPLAY · 21/22 live · 1,498 msg/s']
  ] as const)('labels a run that is %s', (...[mode, words]) => {
    expect(statusWords({ ...collecting, mode })).toBe(words)
  })

  test('says so when there is nothing to say a rate of', () => {
    expect(statusWords(null)).toBe('starting')
    expect(statusWords({ ...collecting, connections: { live: 0, total: 0 } })).toBe(
      'nothing is collected yet'
    )
    expect(statusWords({ ...collecting, status: 'down' })).toBe('down · 0/22 connections live')
  })
})

describe('connectionWords', () => {
  test('does not change with the rate', () => {
    expect(connectionWords(collecting)).toBe(
      connectionWords({ ...collecting, messagesPerSecond: 7 })
    )
  })
})
