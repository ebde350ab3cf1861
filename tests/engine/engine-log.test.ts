import { describe, expect, test } from 'vitest'
import { LogLimit, type LogFields } from '../../src/contracts/log-limit.ts'
import { EngineLog } from '../../src/engine/engine-log.ts'
import { FakeClock } from '../support/fake-clock.ts'

function aLog(level: 'debug' | 'info' | 'warn') {
  const clock = new FakeClock()
  const lines: (readonly [event: string, fields: LogFields])[] = []
  const log = new EngineLog(
    (...[, event, fields]) => void lines.push([event, fields]),
    level,
    clock
  )
  return { clock, lines, log }
}

describe('the engine’s own log', () => {
  test('hands its host one line and one count each ten seconds of 10,000 disconnects a second', () => {
    const { clock, lines, log } = aLog('info')
    const fields = { connection: 'coinbase-03', class: 'reset' }
    for (let tick = 0; tick < 200_000; tick += 1) {
      log.write('warn', 'connection-ended', fields)
      if (tick % 100 === 99) clock.advance(10)
    }
    expect(lines.map(([event]) => event)).toEqual([
      'connection-ended',
      'log-suppressed',
      'connection-ended',
      'log-suppressed'
    ])
    expect(lines[1]?.[1]).toEqual({ lines: 99_999, events: 'connection-ended 99999' })
    expect(lines[2]?.[1]).toEqual({ ...fields, suppressed: 99_999 })
  })

  test('leaves its host room to tell why an engine ended that told of errors to the last', () => {
    const { lines, log } = aLog('info')
    const host = new LogLimit()
    for (let at = 0; at < 1_000; at += 1)
      log.write('error', 'handler-threw', { instrument: `${at}` })
    for (const [event, fields] of lines) host.admit({ level: 'error', event, fields }, 0)
    const end = { level: 'error', event: 'engine-state', fields: { state: 'restarting' } } as const
    expect([lines.length > 10, host.admit(end, 0)]).toEqual([true, 0])
  })

  test('leaves out what is below its level', () => {
    const { lines, log } = aLog('warn')
    log.write('info', 'told', {})
    log.write('error', 'grave', {})
    expect(lines).toEqual([['grave', {}]])
  })

  test('tells what it held back when it closes, and leaves no timer', () => {
    const { clock, lines, log } = aLog('debug')
    log.write('debug', 'told', {})
    log.write('debug', 'told', {})
    log.close()
    expect(lines.at(-1)).toEqual(['log-suppressed', { lines: 1, events: 'told 1' }])
    expect(clock.pending).toBe(0)
  })
})
