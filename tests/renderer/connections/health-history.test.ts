import { describe, expect, test } from 'vitest'
import { HealthHistory, sampleEveryMs } from '../../../src/renderer/connections/health-history.ts'
import { aHealthRow } from '../../support/rows.ts'

describe('HealthHistory', () => {
  test('takes a sample every five seconds and keeps half an hour', () => {
    const history = new HealthHistory()
    for (let turn = 0; turn < 1_000; turn += 1) {
      history.note(aHealthRow({ memoryMb: turn }), turn * sampleEveryMs)
      history.note(aHealthRow({ memoryMb: -1 }), turn * sampleEveryMs + 1)
    }
    expect(history.samples).toHaveLength(360)
    expect(history.samples.at(-1)?.memoryMb).toBe(999)
  })

  test('waits for the first report', () => {
    const history = new HealthHistory()
    history.note(undefined, 0)
    expect(history.samples).toEqual([])
  })
})
