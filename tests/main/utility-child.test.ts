import { describe, expect, test } from 'vitest'
import type { ElectronModule } from '../../src/main/electron-module.ts'
import { UtilityChild } from '../../src/main/utility-child.ts'
import type { EngineExit } from '../../src/service/engine-process.ts'
import type { ChildStandIn } from '../support/electron-child.ts'
import { ElectronStandIn } from '../support/electron-stand-in.ts'
import { FakeHostClock } from '../support/fake-host-clock.ts'
import { until } from '../support/until.ts'

function forked() {
  const electron = new ElectronStandIn()
  electron.becomeReady()
  const clock = new FakeHostClock()
  const endedPids: number[] = []
  const ends: EngineExit[] = []
  const child = new UtilityChild(
    {
      electron,
      environment: { TZ: 'UTC' },
      endProcess: (pid) => {
        endedPids.push(pid)
        behind.exit(9)
      },
      after: clock.after
    },
    { entry: '/app/engine.js', name: 'Tapedeck engine 1' }
  )
  const behind = electron.children[0] as ChildStandIn
  child.onEnd((exit) => ends.push(exit))
  return { behind, child, clock, electron, endedPids, ends }
}

async function spawned() {
  const all = forked()
  await until(() => all.child.pid !== null, 'the child is there')
  return all
}

describe('UtilityChild', () => {
  test('has no pid before the spawn and keeps it from then on', async () => {
    const { behind, child } = forked()
    expect(child.pid).toBeNull()
    await until(() => child.pid !== null, 'the child is there')
    behind.exit(0)
    expect(child.pid).toBe(1_001)
  })

  test('starts without standard input', async () => {
    const { behind } = await spawned()
    expect(behind.fork.options.stdio).toEqual(['ignore', 'inherit', 'inherit'])
  })

  test('delivers what was posted before the spawn', async () => {
    const { behind, child } = forked()
    const heard: unknown[] = []
    behind.parentPort.on('message', ({ data }) => heard.push(data))
    child.post({ first: 1 })
    await until(() => heard.length === 1, 'the message is there')
    expect(heard).toEqual([{ first: 1 }])
  })

  test('tells a clean end at once', async () => {
    const { behind, ends } = await spawned()
    behind.exit(0)
    expect(ends).toEqual([{ code: 0, signal: null }])
  })

  test.each(['before', 'after'] as const)(
    'tells a crash once, by its reason, where Electron gives it %s the exit',
    async (told) => {
      const { behind, clock, ends } = await spawned()
      behind.crash('oom', 133, told)
      clock.advance(1_000)
      expect(ends).toEqual([{ code: 133, signal: 'oom' }])
    }
  )

  test('tells the code of an end that nobody explains within a tenth of a second', async () => {
    const { behind, clock, ends } = await spawned()
    behind.exit(3)
    clock.advance(99)
    expect(ends).toEqual([])
    clock.advance(1)
    expect(ends).toEqual([{ code: 3, signal: null }])
  })

  test('ends where it could not be launched, though no exit follows', () => {
    const { child, electron, ends } = forked()
    const details = { type: 'Utility', name: 'Tapedeck engine 1' }
    electron.appEvents.emit(
      'child-process-gone',
      {},
      { ...details, reason: 'launch-failed', exitCode: 2 }
    )
    expect(ends).toEqual([{ code: 2, signal: 'launch-failed' }])
    expect(child.hasEnded).toBe(true)
  })

  test('takes no other process’s end for its own', async () => {
    const { electron, ends } = await spawned()
    for (const name of ['Tapedeck engine 2', 'Network Service', undefined]) {
      electron.appEvents.emit('child-process-gone', {}, { name, reason: 'crashed', exitCode: 1 })
    }
    expect(ends).toEqual([])
  })

  test('looks for no end any more once it has ended', async () => {
    const { behind, electron } = await spawned()
    expect(electron.appEvents.count('child-process-gone')).toBe(1)
    behind.exit(0)
    expect(electron.appEvents.count('child-process-gone')).toBe(0)
  })

  test('posts nothing while and after it exits, and closes the ports it was to pass on', async () => {
    const { behind, child, electron } = await spawned()
    let isClosed = false
    child.onEnd(() => child.post('in the exit event'))
    behind.exit(0)
    const { MessageChannelMain }: ElectronModule = electron
    const { port1, port2 } = new MessageChannelMain()
    port2.on('close', () => {
      isClosed = true
    })
    child.post('after the exit', [port1])
    await until(() => isClosed, 'the other end knows')
    expect(child.hasEnded).toBe(true)
  })

  test('is told to be killed whatever exit code Electron gives', async () => {
    const { behind, child, endedPids, ends } = await spawned()
    behind.isHanging = true
    child.kill()
    expect(behind.kills).toBe(1)
    expect(endedPids).toEqual([1_001])
    expect(ends).toEqual([{ code: null, signal: 'killed' }])
  })

  test('is killed once it has spawned, where it was killed before', async () => {
    const { behind, child, ends } = forked()
    child.kill()
    expect(behind.isAlive).toBe(true)
    await until(() => !behind.isAlive, 'the child is gone')
    expect(ends).toEqual([{ code: null, signal: 'killed' }])
  })

  test('outlives an error event, which Electron follows with the exit', async () => {
    const { behind, ends } = await spawned()
    behind.emit('error', 'FatalError', 'heap')
    expect(ends).toEqual([])
  })
})
