import { describe, expect, test } from 'vitest'
import {
  needsFirstRun,
  type FirstRunSource
} from '../../../src/renderer/first-run/needs-first-run.ts'

const idle: FirstRunSource = {
  isAsked: false,
  isLinked: true,
  instruments: 0,
  connections: 0,
  venues: 0
}

describe('needsFirstRun', () => {
  test('shows the card when no venue is configured', () => {
    expect(needsFirstRun(idle)).toBe(true)
  })

  test('waits for the engine’s first report, and for a slow venue', () => {
    expect(needsFirstRun({ ...idle, venues: null })).toBe(false)
    expect(needsFirstRun({ ...idle, venues: 1 })).toBe(false)
    expect(needsFirstRun({ ...idle, isLinked: false })).toBe(false)
  })

  test('shows it when asked, until there is something to watch', () => {
    expect(needsFirstRun({ ...idle, isAsked: true, isLinked: false, venues: null })).toBe(true)
    expect(needsFirstRun({ ...idle, isAsked: true, instruments: 1 })).toBe(false)
  })
})
