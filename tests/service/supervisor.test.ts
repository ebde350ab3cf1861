import { describe, expect, test } from 'vitest'
import type { EngineMessage, HostMessage } from '../../src/contracts/engine-protocol.ts'
import type { EngineExit, EngineProcess } from '../../src/service/engine-process.ts'
import { EngineSupervisor, supervisorLimits } from '../../src/service/supervisor.ts'
import { anEngineConfig } from '../support/engine-config.ts'
import { FakeHostClock } from '../support/fake-host-clock.ts'

/** An engine that does what the test says. */
class FakeEngine implements EngineProcess {
  readonly pid = 1
  readonly sent: HostMessage[] = []
  killed = false
  #message: (message: EngineMessage) => void = () => undefined
  #exit: (exit: EngineExit) => void = () => undefined

  send(message: HostMessage): void {
    this.sent.push(message)
  }
  onMessage(listener: (message: EngineMessage) => void): void {
    this.#message = listener
  }
  onExit(listener: (exit: EngineExit) => void): void {
    this.#exit = listener
  }
  kill(): void {
    this.killed = true
    this.exit({ code: null, signal: 'SIGKILL' })
  }
  exit(exit: EngineExit): void {
    this.#exit(exit)
  }
  say(kind: 'ready' | 'beat' | 'stopped'): void {
    if (kind === 'ready') this.#message({ channel: 'control', kind, pid: 1 })
    else this.#message({ channel: 'control', kind })
  }
  refuse(exitCode: 1 | 2 | 78): void {
    this.#message({
      channel: 'control',
      kind: 'fatal',
      code: 'x',
      message: 'cannot',
      retry: false,
      exitCode
    })
  }
}

function supervised() {
  const clock = new FakeHostClock()
  const engines: FakeEngine[] = []
  const refusals: number[] = []
  const supervisor = new EngineSupervisor({
    launch: () => {
      const engine = new FakeEngine()
      engines.push(engine)
      return engine
    },
    config: anEngineConfig(),
    clock,
    handlers: {
      state: () => undefined,
      message: () => undefined,
      launched: () => undefined,
      refused: ({ exitCode }) => void refusals.push(exitCode)
    }
  })
  const engine = (): FakeEngine => {
    const last = engines.at(-1)
    if (last === undefined) throw new Error('no engine was started')
    return last
  }
  return { clock, engines, engine, refusals, supervisor }
}

const crash = { code: 1, signal: null }

describe('EngineSupervisor', () => {
  test('starts an engine with its configuration and runs once it is ready', () => {
    const { engine, supervisor } = supervised()
    supervisor.start()
    expect(supervisor.state).toBe('starting')
    engine().say('ready')
    expect(supervisor.state).toBe('running')
    expect(engine().sent).toEqual([{ channel: 'control', kind: 'start', config: anEngineConfig() }])
  })

  test('replaces an engine that never becomes ready', () => {
    const { clock, engines, supervisor } = supervised()
    supervisor.start()
    clock.advance(supervisorLimits.readyMs)
    expect(engines[0]?.killed).toBe(true)
    clock.advance(500)
    expect(engines).toHaveLength(2)
  })

  test('replaces an engine whose heartbeat stops', () => {
    const { clock, engine, engines, supervisor } = supervised()
    supervisor.start()
    engine().say('ready')
    for (let second = 0; second < 30; second += 1) {
      clock.advance(1_000)
      engine().say('beat')
    }
    expect(engines).toHaveLength(1)
    clock.advance(supervisorLimits.beatMs)
    expect(engines[0]?.killed).toBe(true)
    expect(supervisor.state).toBe('restarting')
  })

  test('waits 0.5, 2, 8 and 30 s between restarts, then trips', () => {
    const { clock, engine, engines, supervisor } = supervised()
    supervisor.start()
    for (const delayMs of supervisorLimits.restartDelaysMs) {
      const before = engines.length
      engine().exit(crash)
      clock.advance(delayMs - 1)
      expect(engines).toHaveLength(before)
      clock.advance(1)
      expect(engines).toHaveLength(before + 1)
    }
    engine().exit(crash)
    expect(supervisor.state).toBe('tripped')
    clock.advance(supervisorLimits.probeMs - 1)
    expect(engines).toHaveLength(5)
    clock.advance(1)
    expect(engines).toHaveLength(6)
  })

  test('forgets ends older than five minutes', () => {
    const { clock, engine, engines, supervisor } = supervised()
    supervisor.start()
    for (let end = 0; end < 10; end += 1) {
      engine().exit(crash)
      clock.advance(500)
      engine().say('ready')
      for (let second = 0; second < 301; second += 1) {
        engine().say('beat')
        clock.advance(1_000)
      }
    }
    expect(supervisor.state).toBe('running')
    expect(engines).toHaveLength(11)
  })

  test('asks an engine to stop, and kills one that does not', async () => {
    const { clock, engine, supervisor } = supervised()
    supervisor.start()
    engine().say('ready')
    const stopped = supervisor.stop()
    expect(engine().sent.at(-1)).toEqual({ channel: 'control', kind: 'stop' })
    expect(engine().killed).toBe(false)
    clock.advance(supervisorLimits.stopMs)
    await stopped
    expect(engine().killed).toBe(true)
    expect(supervisor.state).toBe('stopped')
    expect(clock.pendingTimers).toBe(0)
  })

  test('does not restart an engine that refuses its configuration', () => {
    const { clock, engine, engines, refusals, supervisor } = supervised()
    supervisor.start()
    engine().refuse(2)
    engine().exit({ code: 2, signal: null })
    clock.advance(3_600_000)
    expect(supervisor.state).toBe('refused')
    expect(refusals).toEqual([2])
    expect(engines).toHaveLength(1)
  })

  test('stops at once when nothing runs', async () => {
    const { supervisor } = supervised()
    await supervisor.stop()
    expect(supervisor.state).toBe('stopped')
  })
})
