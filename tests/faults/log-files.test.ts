import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LogFiles } from '../../faults/log-files.ts'
import { until } from '../support/until.ts'

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tapedeck-log-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('LogFiles', () => {
  test('counts what reached the files, and not what was held back', async () => {
    const folder = aFolder()
    await using log = await LogFiles.open(folder)
    for (let venue = 0; venue < 500; venue += 1) {
      log.write({ level: 'warn', event: 'storm', fields: { venue: `v${venue}` } })
    }
    await until(() => log.peaks().lines > 0, 'lines in the files')
    const { lines, within1s } = log.peaks()
    expect(within1s).toBe(lines)
    expect(lines).toBeLessThanOrEqual(20)
  })

  test('sees a storm in the files', async () => {
    const folder = aFolder()
    const at = (count: number, time: number, more = {}) =>
      Array.from({ length: count }, () => JSON.stringify({ time, event: 'e', ...more }))
    const lines = [...at(15, 5_000), ...at(30, 1_000), ...at(10, 1_900)]
    const summary = JSON.stringify({ time: 60_000, event: 'log-suppressed', lines: 7 })
    await using log = await LogFiles.open(folder)
    writeFileSync(join(folder, 'engine.older.log'), `${[...lines, summary].join('\n')}\n`)
    expect(log.peaks()).toEqual({ lines: 56, within1s: 40, within10s: 55, suppressed: 7 })
  })
})
