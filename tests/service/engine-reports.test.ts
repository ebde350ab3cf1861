import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fatalErrorFile } from '../../src/contracts/blocked-engine.ts'
import { reportsIn, type EngineReport } from '../../src/service/engine-reports.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

function aReport(fields: Partial<EngineReport> = {}): EngineReport {
  return {
    cause: 'hung',
    words: 'stopped answering',
    atMs: 1_790_000_000_000,
    pid: 42,
    ranMs: 1_000,
    exit: { code: null, signal: 'SIGKILL' },
    lastBeat: null,
    blocked: null,
    fatal: null,
    nodeReport: null,
    log: [],
    ...fields
  }
}

const blocked = {
  pid: 42,
  handler: 'take in frames',
  subject: 'coinbase-01',
  isRunning: true,
  stoodMs: 4_000,
  atMs: 5
}
const nodeReport = {
  header: { event: 'Allocation failed', trigger: 'OOMError', processId: 42 },
  javascriptStack: { message: 'No stack.', stack: ['Unavailable.'] },
  javascriptHeap: { usedMemory: 760 * 1_048_576, memoryLimit: 768 * 1_048_576 }
}

async function folder() {
  const data = await scratchFolder()
  const reports = join(data, 'reports')
  mkdirSync(reports)
  return { data, reports }
}

describe('reportsIn', () => {
  test('takes what an engine left behind, once', async () => {
    const { data, reports } = await folder()
    writeFileSync(join(reports, 'blocked.json'), JSON.stringify(blocked))
    writeFileSync(join(reports, fatalErrorFile(42)), JSON.stringify(nodeReport))
    expect(reportsIn(data).take(42)).toEqual({
      blocked,
      nodeReport: {
        trigger: 'OOMError',
        event: 'Allocation failed',
        usedHeapMb: 760,
        heapLimitMb: 768,
        stack: ['Unavailable.']
      }
    })
    expect(readdirSync(reports)).toEqual([])
    expect(reportsIn(data).take(42)).toEqual({ blocked: null, nodeReport: null })
  })

  test('does not take what another process left for this one', async () => {
    const { data, reports } = await folder()
    writeFileSync(join(reports, 'blocked.json'), JSON.stringify(blocked))
    writeFileSync(join(reports, fatalErrorFile(41)), JSON.stringify(nodeReport))
    expect(reportsIn(data).take(7)).toEqual({ blocked: null, nodeReport: null })
  })

  test.each(['', '{"pid":', '{}', 'null'])(
    'makes nothing of a file with %j in it',
    async (text) => {
      const { data, reports } = await folder()
      writeFileSync(join(reports, 'blocked.json'), text)
      writeFileSync(join(reports, fatalErrorFile(42)), text)
      expect(reportsIn(data).take(42)).toEqual({ blocked: null, nodeReport: null })
    }
  )

  test('keeps a report in a file named after its time, and the newest twenty', async () => {
    const data = await scratchFolder()
    for (let second = 0; second < 25; second += 1) {
      reportsIn(data).keep(aReport({ atMs: 1_790_000_000_000 + second * 1_000 }))
    }
    const names = readdirSync(join(data, 'reports')).sort()
    expect(names).toHaveLength(20)
    expect(names[0]).toBe('engine-2026-09-21T14-13-25.000Z.json')
    const newest = readFileSync(join(data, 'reports', names.at(-1) ?? ''), 'utf8')
    expect(JSON.parse(newest)).toEqual(aReport({ atMs: 1_790_000_024_000 }))
  })

  test('clears away what engines left whose hosts ended with them', async () => {
    const { data, reports } = await folder()
    writeFileSync(join(reports, fatalErrorFile(41)), JSON.stringify(nodeReport))
    reportsIn(data).keep(aReport())
    expect(readdirSync(reports)).toEqual(['engine-2026-09-21T14-13-20.000Z.json'])
  })

  test('does without a report where no folder can be made', async () => {
    const file = join(await scratchFolder(), 'a-file')
    writeFileSync(file, '')
    reportsIn(file).keep(aReport())
    expect(existsSync(join(file, 'reports'))).toBe(false)
  })
})
