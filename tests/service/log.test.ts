import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLog } from '../../src/service/log.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'

function linesOf(folder: string): readonly Record<string, unknown>[] {
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  )
}

describe('the log of a process', () => {
  test('holds one line and one count of a storm of identical lines', async () => {
    const folder = await scratchFolder()
    let nowMs = 0
    const log = await openLog({ folder, process: 'engine', level: 'info', nowMs: () => nowMs })
    for (; nowMs < 1_000; nowMs += 0.1) {
      log.write('warn', 'connection-ended', { connection: 'coinbase-03' })
    }
    await log.close()
    const [line, summary, ...more] = linesOf(folder)
    expect(line).toMatchObject({ event: 'connection-ended', connection: 'coinbase-03' })
    expect(summary).toMatchObject({ event: 'log-suppressed' })
    expect(summary?.['lines']).toBeGreaterThan(9_990)
    expect(more).toEqual([])
  })

  test('does not count lines that are below its level', async () => {
    const folder = await scratchFolder()
    const log = await openLog({ folder, process: 'engine', level: 'info', nowMs: () => 0 })
    for (let line = 0; line < 100; line += 1) log.write('debug', `detail-${line}`, {})
    log.write('info', 'told', {})
    await log.close()
    expect(linesOf(folder).map(({ event }) => event)).toEqual(['told'])
  })

  test('keeps five files and no more, those of earlier runs included', async () => {
    const folder = await scratchFolder()
    let nowMs = 0
    const options = { folder, process: 'engine', level: 'info', fileSize: '10k' } as const
    for (let run = 0; run < 3; run += 1) {
      const log = await openLog({ ...options, nowMs: () => nowMs })
      for (let file = 0; file < 5; file += 1) {
        const before = readdirSync(folder).sort().join()
        for (let line = 0; line < 12; line += 1) {
          nowMs += 1_000
          log.write('info', `told-${nowMs}`, { text: 'x'.repeat(1_000) })
        }
        await until(() => readdirSync(folder).sort().join() !== before, 'the next file')
      }
      await log.close()
    }
    await until(() => readdirSync(folder).length <= 5, 'five files at most')
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
    expect(sizes.length).toBeGreaterThanOrEqual(4)
    expect(Math.max(...sizes)).toBeLessThan(2 * 10_240)
  })
})
