import { describe, expect, test } from 'vitest'
import type { EngineMessage, HostMessage } from '../../src/contracts/engine-protocol.ts'
import type { EngineExit, EngineProcess } from '../../src/service/engine-process.ts'
import type { EngineReport, EngineReports } from '../../src/service/engine-reports.ts'
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
    else if (kind === 'beat') this.beat({ memoryMb: 150, heapMb: 60 })
    else this.#message({ channel: 'control', kind })
  }
  beat(memory: { readonly memoryMb: number; readonly heapMb: number }): void {
    this.#message({ channel: 'control', kind: 'beat', ...memory })
  }
  log(event: string): void {
    this.#message({ channel: 'control', kind: 'log', level: 'info', event, fields: {} })
  }
  fail(message: string): void {
    this.#fatal({ message, retry: true, exitCode: 1 })
  }
  refuse(exitCode: 1 | 2 | 78): void {
    this.#fatal({ message: 'cannot', retry: false, exitCode })
  }
  #fatal(of: {
    readonly message: string
    readonly retry: boolean
    readonly exitCode: 1 | 2 | 78
  }): void {
    this.#message({ channel: 'control', kind: 'fatal', code: 'x', ...of })
  }
}

type Left = ReturnType<EngineReports['take']>

function supervised() {
  const clock = new FakeHostClock()
  const left: Left[] = []
  const kept: EngineReport[] = []
  const details: string[] = []
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
    wallMs: () => 1_790_000_000_000 + clock.nowMs(),
    reports: {
      take: () => left.shift() ?? { blocked: null, nodeReport: null },
      keep: (report) => void kept.push(report)
    },
    handlers: {
      state: (...[, detail]) => void details.push(detail),
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
  const beatForSeconds = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000)
      engine().say('beat')
    }
  }
  return { beatForSeconds, clock, details, engines, engine, kept, left, refusals, supervisor }
}

const crash = { code: 1, signal: null }

/** Its first engine is ready. */
function running() {
  const rig = supervised()
  rig.supervisor.start()
  rig.engine().say('ready')
  return rig
}

/** Its engine ended after each of its restarts. */
function tripped() {
  const rig = supervised()
  rig.supervisor.start()
  for (const delayMs of supervisorLimits.restartDelaysMs) {
    rig.engine().exit(crash)
    rig.clock.advance(delayMs)
  }
  rig.engine().exit(crash)
  return rig
}

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
    const { beatForSeconds, clock, engines, supervisor } = running()
    beatForSeconds(30)
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
    const { clock, engine, supervisor } = running()
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

  test('tries again every five minutes once tripped, not in another salvo', () => {
    const { clock, engine, engines, supervisor } = tripped()
    for (let probe = 1; probe <= 3; probe += 1) {
      clock.advance(supervisorLimits.probeMs)
      expect(engines).toHaveLength(5 + probe)
      engine().exit(crash)
      expect(supervisor.state).toBe('tripped')
    }
  })

  test('makes ten starts at most in the first twenty minutes of a crash loop', () => {
    const { clock, engine, engines, supervisor } = supervised()
    supervisor.start()
    for (let second = 0; second < 1_200; second += 1) {
      if (supervisor.process !== null) engine().exit(crash)
      clock.advance(1_000)
    }
    expect(engines.length).toBeLessThanOrEqual(10)
  })

  test('starts anew with its delays when a try after a trip has run for a minute', () => {
    const { beatForSeconds, clock, engine, engines, supervisor } = tripped()
    clock.advance(supervisorLimits.probeMs)
    engine().say('ready')
    beatForSeconds(61)
    engine().exit(crash)
    expect(supervisor.state).toBe('restarting')
    clock.advance(supervisorLimits.restartDelaysMs[0])
    expect(engines).toHaveLength(7)
  })

  test('says that it tripped, why the engine ended and when the next try is', () => {
    const { details } = tripped()
    expect(details.at(-1)).toBe(
      'the engine ended 5 times in five minutes (code 1); next try in 5 min'
    )
    expect(details).toContain('the engine ended (code 1); starting again in 8 s')
  })

  test('does not blame the engine for what it said while the host itself stood still', () => {
    const { clock, engine, engines } = running()
    clock.sleep(60_000)
    expect(engines[0]?.killed).toBe(false)
    engine().say('beat')
    clock.advance(supervisorLimits.beatMs - 1)
    expect(engines[0]?.killed).toBe(false)
    clock.advance(1)
    expect(engines[0]?.killed).toBe(true)
  })

  test('ends an engine that was silent before the host stood still, and after it', () => {
    const { clock, engines } = running()
    clock.sleep(60_000)
    clock.advance(2_000)
    expect(engines[0]?.killed).toBe(true)
  })

  test('ends an engine that says it ends and does not', () => {
    const { clock, engine, engines, supervisor } = running()
    engine().fail('the heap is broken')
    clock.advance(supervisorLimits.exitMs)
    expect(engines[0]?.killed).toBe(true)
    expect(supervisor.lastEnd).toMatchObject({ cause: 'failed', words: 'the heap is broken' })
  })

  test('ends an engine that says it ends and goes on beating', () => {
    const { clock, engine, engines } = running()
    engine().fail('the heap is broken')
    for (let passedMs = 0; passedMs < supervisorLimits.exitMs; passedMs += 500) {
      engine().say('beat')
      clock.advance(500)
    }
    expect(engines[0]?.killed).toBe(true)
  })

  test('names the handler that hung, as the watchdog saw it', () => {
    const { clock, left, supervisor } = running()
    const seen = { handler: 'take in frames', subject: 'coinbase-03', isRunning: true }
    left.push({
      blocked: { pid: 1, ...seen, stoodMs: 10_200, atMs: 1 },
      nodeReport: null
    })
    clock.advance(supervisorLimits.beatMs)
    expect(supervisor.lastEnd).toMatchObject({
      cause: 'hung',
      words: 'stopped answering: "take in frames" (coinbase-03) had run for 10.2 s'
    })
  })

  test('tells the next engine how the last one ended, and when', () => {
    const { clock, engine, supervisor } = supervised()
    supervisor.start()
    clock.advance(5_000)
    engine().exit({ code: null, signal: 'SIGSEGV' })
    clock.advance(500)
    const previousEnd = { atMs: 1_790_000_005_000, words: 'crashed (SIGSEGV)' }
    expect(engine().sent).toEqual([
      { channel: 'control', kind: 'start', config: { ...anEngineConfig(), previousEnd } }
    ])
  })

  test('keeps a report of an end: cause, last beat and the last fifty lines', () => {
    const { clock, engine, kept } = running()
    for (let line = 0; line < 60; line += 1) engine().log(`line ${line}`)
    clock.advance(1_000)
    engine().beat({ memoryMb: 800, heapMb: 740 })
    engine().exit({ code: null, signal: 'SIGABRT' })
    expect(kept).toHaveLength(1)
    expect(kept[0]).toMatchObject({
      atMs: 1_790_000_001_000,
      cause: 'out-of-memory',
      words: 'out of memory',
      pid: 1,
      ranMs: 1_000,
      exit: { code: null, signal: 'SIGABRT' },
      lastBeat: { atMs: 1_790_000_001_000, memoryMb: 800, heapMb: 740 }
    })
    const events = kept[0]?.log.map(({ event }) => event)
    expect(events).toHaveLength(50)
    expect(events?.[0]).toBe('line 10')
    expect(events?.at(-1)).toBe('line 59')
  })

  test('keeps no report of an engine that ended as it was told to', async () => {
    const { engine, kept, supervisor } = running()
    const stopped = supervisor.stop()
    engine().exit({ code: 0, signal: null })
    await stopped
    expect(kept).toEqual([])
    expect(supervisor.lastEnd).toBe(null)
  })
})
