import { describe, expect, test } from 'vitest'
import { ConnectionRig } from '../../support/connection-rig.ts'

describe('ConnectionTransition', () => {
  test('each begins where the one before it ended', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.comeUp()
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    rig.waitOut()
    rig.comeUp()
    const path = rig.transitions.map(({ from, to }) => [from, to])
    expect(path).toEqual([
      ['waiting', 'connecting'],
      ['connecting', 'subscribing'],
      ['subscribing', 'live'],
      ['live', 'waiting'],
      ['waiting', 'waiting'],
      ['waiting', 'connecting'],
      ['connecting', 'subscribing'],
      ['subscribing', 'live']
    ])
  })

  test('tells class, code, words and healthy time of the end that led to it, and of no other', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.comeUp()
    rig.trade(62_000)
    rig.socket.end({ kind: 'closed', code: 1011, reason: 'oops' })
    const [lost, ...others] = rig.transitions.filter(({ cause }) => cause !== null)
    expect(others).toEqual([])
    expect(lost).toMatchObject({
      connection: 'toy-01',
      venue: 'toy',
      instruments: ['toy:T001-USD', 'toy:T002-USD', 'toy:T003-USD'],
      from: 'live',
      to: 'waiting',
      reason: 'backoff',
      cause: { class: 'server', code: 1011, text: 'closed with 1011: oops' },
      isPlanned: false,
      atMs: rig.clock.nowMs(),
      monotonicMs: rig.clock.monotonicMs(),
      attempt: 1
    })
    expect(lost?.healthyMs).toBeGreaterThanOrEqual(60_000)
  })

  test('an end on purpose is told as planned', async () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.comeUp()
    await rig.connection.stop()
    expect(rig.transitions.at(-1)).toMatchObject({
      from: 'draining',
      to: 'closed',
      cause: { class: 'normal' },
      isPlanned: true
    })
  })
})
