import { describe, expect, test } from 'vitest'
import { watchParent } from '../../src/engine/parent-channel.ts'
import { until } from '../support/until.ts'

describe('watchParent', () => {
  test('notices that the process has another parent, once', async () => {
    let parentPid = 40
    let gone = 0
    watchParent(
      () => {
        gone += 1
      },
      () => parentPid
    )
    parentPid = 1
    await until(() => gone > 0, 'the loss to be noticed', 5_000)
    parentPid = 2
    expect(gone).toBe(1)
  })
})
