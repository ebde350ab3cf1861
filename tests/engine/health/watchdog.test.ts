import { describe, expect, test } from 'vitest'
import type { BlockedEngine } from '../../../src/contracts/blocked-engine.ts'
import { HandlerMemory } from '../../../src/engine/health/handler-memory.ts'
import { Watchdog } from '../../../src/engine/health/watchdog.ts'

function watched() {
  const world = { nowMs: 10_000, hostPid: 7 }
  const files = new Map<string, BlockedEngine>()
  const ended: number[] = []
  const memory = new HandlerMemory()
  const watchdog = new Watchdog(
    { memory: memory.buffer, file: 'blocked.json', pid: 42, hostPid: 7 },
    {
      nowMs: () => world.nowMs,
      wallMs: () => 5,
      hostPid: () => world.hostPid,
      write: (file, text) => void files.set(file, JSON.parse(text) as BlockedEngine),
      remove: (file) => void files.delete(file),
      end: (pid) => void ended.push(pid)
    }
  )
  return { ended, files, memory, watchdog, world }
}

describe('Watchdog', () => {
  test('says nothing before the first handler ran', () => {
    const { files, watchdog } = watched()
    watchdog.look()
    expect(files.size).toBe(0)
  })

  test('says nothing while handlers begin and end', () => {
    const { files, memory, watchdog, world } = watched()
    for (let second = 0; second < 60; second += 1) {
      memory.begin('tell clients', world.nowMs)
      world.nowMs += 900
      memory.end(world.nowMs)
      world.nowMs += 100
      watchdog.look()
    }
    expect(files.size).toBe(0)
  })

  test('names the handler that has run for 3 s and what it is busy with, and how long it runs', () => {
    const { files, memory, watchdog, world } = watched()
    memory.begin('take in frames', world.nowMs)
    memory.about('coinbase-03')
    world.nowMs += 2_999
    watchdog.look()
    expect(files.size).toBe(0)
    world.nowMs += 1_001
    watchdog.look()
    expect(files.get('blocked.json')).toEqual({
      pid: 42,
      handler: 'take in frames',
      subject: 'coinbase-03',
      isRunning: true,
      stoodMs: 4_000,
      atMs: 5
    })
    world.nowMs += 3_000
    watchdog.look()
    expect(files.get('blocked.json')?.stoodMs).toBe(7_000)
  })

  test('tells too of a thread that stands still outside of any handler', () => {
    const { files, memory, watchdog, world } = watched()
    memory.begin('each second', world.nowMs)
    memory.end(world.nowMs)
    world.nowMs += 4_000
    watchdog.look()
    expect(files.get('blocked.json')).toMatchObject({ handler: 'each second', isRunning: false })
  })

  test('takes back what it said when the thread turns again', () => {
    const { files, memory, watchdog, world } = watched()
    memory.begin('take in frames', world.nowMs)
    world.nowMs += 5_000
    watchdog.look()
    expect(files.size).toBe(1)
    memory.end(world.nowMs)
    watchdog.look()
    expect(files.size).toBe(0)
  })

  test('ends an engine that stands still and whose host is gone', () => {
    const { ended, memory, watchdog, world } = watched()
    memory.begin('take in frames', world.nowMs)
    world.hostPid = 1
    world.nowMs += 4_999
    watchdog.look()
    expect(ended).toEqual([])
    world.nowMs += 1
    watchdog.look()
    expect(ended).toEqual([42])
  })

  test('leaves an engine that stands still to its host', () => {
    const { ended, memory, watchdog, world } = watched()
    memory.begin('take in frames', world.nowMs)
    world.nowMs += 60_000
    watchdog.look()
    expect(ended).toEqual([])
  })
})
