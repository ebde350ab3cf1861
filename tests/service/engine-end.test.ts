import { describe, expect, test } from 'vitest'
import { judgeEngineEnd, type EndFacts } from '../../src/service/engine-end.ts'

const blocked = {
  pid: 1,
  handler: 'each second',
  subject: '',
  isRunning: false,
  stoodMs: 9_870,
  atMs: 1
}
const report = { trigger: 'OOMError', event: '', usedHeapMb: 760, heapLimitMb: 768, stack: [] }
const fullHeap = { atMs: 1, memoryMb: 850, heapMb: 700 }

function anEnd(fields: Partial<EndFacts>): EndFacts {
  const exit = { code: 1, signal: null }
  return {
    exit,
    awaited: null,
    fatal: null,
    blocked: null,
    report: null,
    lastBeat: null,
    ...fields
  }
}

describe('judgeEngineEnd', () => {
  test.each<[string, Partial<EndFacts>, string, string]>([
    ['a code', {}, 'exited', 'code 1'],
    ['no code', { exit: { code: null, signal: null } }, 'exited', 'code unknown'],
    [
      'a report of Node of a full heap',
      { exit: { code: null, signal: 'SIGABRT' }, report },
      'out-of-memory',
      'out of memory'
    ],
    [
      'an abort with a full heap',
      { exit: { code: 134, signal: null }, lastBeat: fullHeap },
      'out-of-memory',
      'out of memory'
    ],
    [
      'an abort with an empty heap',
      { exit: { code: null, signal: 'SIGABRT' }, lastBeat: { ...fullHeap, heapMb: 60 } },
      'crashed',
      'aborted'
    ],
    [
      'Electron’s word for it',
      { exit: { code: 5, signal: 'oom' } },
      'out-of-memory',
      'out of memory'
    ],
    [
      'Electron’s word for a crash',
      { exit: { code: 11, signal: 'crashed' } },
      'crashed',
      'crashed'
    ],
    [
      'a signal of somebody else',
      { exit: { code: null, signal: 'SIGKILL' } },
      'killed',
      'killed (SIGKILL)'
    ],
    [
      'a beat awaited in vain',
      { exit: { code: null, signal: 'SIGKILL' }, awaited: 'beat' },
      'hung',
      'stopped answering'
    ],
    [
      'a beat awaited in vain, between handlers',
      { exit: { code: null, signal: 'SIGKILL' }, awaited: 'beat', blocked },
      'hung',
      'stopped answering: nothing ran for 9.9 s after "each second"'
    ],
    [
      'a start awaited in vain',
      { exit: { code: null, signal: 'SIGKILL' }, awaited: 'ready' },
      'not-ready',
      'did not become ready'
    ],
    [
      'a stop awaited in vain',
      { exit: { code: null, signal: 'SIGKILL' }, awaited: 'stop' },
      'hung',
      'did not stop in time'
    ],
    [
      'what the engine said, in one line',
      { fatal: 'Error: broken\n    at somewhere' },
      'failed',
      'Error: broken'
    ]
  ])('takes %s for what it is', (...[, fields, cause, words]) => {
    expect(judgeEngineEnd(anEnd(fields))).toEqual({ cause, words })
  })
})
