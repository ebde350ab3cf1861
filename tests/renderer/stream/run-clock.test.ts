import { describe, expect, test } from 'vitest'
import { runNowMs } from '../../../src/renderer/stream/run-clock.ts'
import { aRunRow } from '../../support/rows.ts'

describe('runNowMs', () => {
  test('follows the wall clock where no run is known', () => {
    expect(runNowMs(undefined, 42)).toBe(42)
  })

  test('runs at the speed of the run from its last reading', () => {
    const run = aRunRow({ clock: { runMs: 1_000, wallMs: 50_000, speed: 10 } })
    expect(runNowMs(run, 50_500)).toBe(6_000)
  })
})
