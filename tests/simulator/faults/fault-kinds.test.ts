import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { faultKinds } from '../../../src/simulator/faults/fault-kinds.ts'

const guide = new URL('../../../docs/simulator.md', import.meta.url)

describe('faultKinds', () => {
  test('are those of the table in the guide, one row each', async () => {
    const text = await readFile(guide, 'utf8')
    const rows = [...text.matchAll(/^\| `([a-z][\w-]*)` +\|/gm)].map(([, kind]) => kind)
    expect(rows.toSorted()).toEqual(faultKinds.toSorted())
  })
})
