import { describe, expect, test } from 'vitest'
import { Progress } from '../../../src/engine/replay/progress.ts'

function told(isTerminal: boolean) {
  const written: string[] = []
  let nowMs = 0
  const progress = new Progress('export', {
    write: (text) => written.push(text),
    isTerminal,
    nowMs: () => nowMs
  })
  const tell = (atMs: number, rows: number, share: number | null) => {
    nowMs = atMs
    progress.tell({ rows, share })
  }
  return { written, progress, tell }
}

describe('Progress', () => {
  test('tells a line a second at most', () => {
    const { written, progress, tell } = told(false)
    for (let ms = 0; ms <= 3_000; ms += 100) tell(ms, ms * 10, ms / 4_000)
    progress.end()
    expect(written).toEqual([
      'export: 25 %, 10,000 rows\n',
      'export: 50 %, 20,000 rows\n',
      'export: 75 %, 30,000 rows\n'
    ])
  })

  test('leaves out a share that is not known', () => {
    const { written, tell } = told(false)
    tell(1_000, 5, null)
    expect(written).toEqual(['export: 5 rows\n'])
  })

  test('moves a bar in its place on a terminal, and takes it away', () => {
    const { written, progress, tell } = told(true)
    tell(100, 10, 0.5)
    tell(150, 11, 0.6)
    tell(200, 20, 2)
    progress.end()
    expect(written).toEqual([
      '\rexport [############------------] 50 %, 10 rows',
      '\rexport [########################] 100 %, 20 rows',
      `\r${' '.repeat(48)}\r`
    ])
  })
})
