import { describe, expect, test } from 'vitest'
import { CoreWait } from '../../faults/core-wait.ts'

describe('CoreWait', () => {
  test('tells a share of the time', () => {
    const wait = new CoreWait(process.pid)
    expect(wait.percent).toBeGreaterThanOrEqual(0)
    expect(wait.percent).toBeLessThanOrEqual(100)
  })

  test('knows nothing of a process that is gone', () => {
    expect(() => new CoreWait(2 ** 22 + 1)).toThrow('ENOENT')
  })
})
