import { describe, expect, test } from 'vitest'
import { ConnectionRig } from '../../support/connection-rig.ts'
import { someToys } from '../../support/toy-venue.ts'

function aLiveRig(options?: ConstructorParameters<typeof ConnectionRig>[0]): ConnectionRig {
  const rig = new ConnectionRig({ instruments: someToys(2), ...options })
  rig.connection.start()
  rig.comeUp()
  return rig
}

describe('Liveness', () => {
  test('a half-open link is ended by its missing pong, 25 s after the last one', () => {
    const rig = aLiveRig({ venue: { heartbeatMs: null } })
    rig.pass(15_000)
    expect(rig.socket.pings).toBe(1)
    rig.pass(9_000)
    expect(rig.state).toBe('live')
    rig.pass(1_000)
    expect(rig.socket.wasTerminated).toBe(true)
    expect(rig.path).toContain('stalled')
    expect(rig.connection.row(0).lastClose?.reason).toBe('no pong within 10000 ms')
  })

  test('a pong in time keeps it', () => {
    const rig = aLiveRig({ venue: { heartbeatMs: null } })
    for (let beat = 0; beat < 3; beat += 1) {
      rig.pass(15_000)
      rig.socket.pong()
    }
    expect(rig.state).toBe('live')
    expect(rig.socket.pings).toBe(3)
  })

  test('15 s without a sign of life end a venue that beats', () => {
    const rig = aLiveRig()
    rig.pass(14_000)
    expect(rig.state).toBe('live')
    rig.pass(1_000)
    expect(rig.path).toContain('stalled')
    expect(rig.connection.row(0).lastClose?.reason).toBe('no sign of life for 15000 ms')
  })

  test('heartbeats are no data: 15 s of them alone end the link', () => {
    const rig = aLiveRig()
    rig.pass(14_000, true)
    expect(rig.state).toBe('live')
    rig.pass(1_000, true)
    expect(rig.path).toContain('stalled')
    expect(rig.connection.row(0).lastClose?.reason).toBe('no data for 15000 ms')
  })

  test('a venue without heartbeat may be silent for 60 s', () => {
    const rig = aLiveRig({ venue: { heartbeatMs: null } })
    for (let step = 0; step < 59; step += 1) {
      rig.pass(1_000)
      rig.socket.pong()
    }
    expect(rig.state).toBe('live')
    rig.pass(1_000)
    expect(rig.connection.row(0).lastClose?.reason).toBe('no data for 60000 ms')
  })

  test('a needless reconnect makes it more patient', () => {
    const rig = aLiveRig()
    const lives: number[] = []
    for (let life = 0; life < 4; life += 1) {
      const bornMs = rig.clock.monotonicMs()
      const { socket } = rig
      while (!socket.isEnded) rig.pass(1_000, true)
      lives.push(rig.clock.monotonicMs() - bornMs)
      while (rig.socket === socket) rig.pass(1_000)
      rig.comeUp()
    }
    expect(lives[1]).toBeGreaterThanOrEqual(15_000)
    expect(lives[2]).toBeGreaterThan(28_000)
    expect(lives[3]).toBeGreaterThan(55_000)
  })

  test('silence that the venue proves by its newest trade ids is quiet, not death', () => {
    const rig = aLiveRig()
    rig.socket.say({ anchor: 'T001-USD', id: 10 }, { anchor: 'T002-USD', id: 20 })
    for (let second = 0; second < 600; second += 1) {
      rig.socket.say({ beat: 'T001-USD', last: 10 }, { beat: 'T002-USD', last: 20 })
      rig.pass(1_000)
      rig.socket.pong()
    }
    expect(rig.state).toBe('live')
    expect(rig.connection.row(0).reconnects).toBe(0)
  })

  test('trades that heartbeats tell of but that never arrive end the link after 5 s', () => {
    const rig = aLiveRig()
    rig.socket.say({ trade: 'T001-USD', id: 10 }, { trade: 'T002-USD', id: 20 })
    const deafMs = rig.clock.monotonicMs()
    for (let id = 11; rig.path.at(-1) === 'live' && id < 60; id += 1) {
      rig.socket.say({ beat: 'T001-USD', last: id })
      rig.pass(1_000)
    }
    expect(rig.path).toContain('stalled')
    expect(rig.clock.monotonicMs() - deafMs).toBeLessThanOrEqual(6_000)
  })

  test('a stream with gaps of its own habit is not ended for them', () => {
    const rig = aLiveRig()
    for (let round = 0; round < 5; round += 1) {
      rig.pass(12_000, true)
      rig.socket.say({ trade: 'T001-USD' })
    }
    rig.pass(30_000, true)
    expect(rig.state).toBe('live')
    rig.pass(10_000, true)
    expect(rig.path).toContain('stalled')
  })

  test('pings of the far end are signs of life', () => {
    const rig = aLiveRig()
    for (let second = 0; second < 14; second += 1) {
      rig.pass(1_000)
      rig.socket.farPing()
    }
    expect(rig.connection.heartbeatAgeMs()).toBe(0)
  })

  test('application pings go out in the rhythm of the venue', () => {
    const rig = aLiveRig({
      venue: { keepAlive: { everyMs: 20_000, frame: (ordinal) => `{"ping":${ordinal}}` } }
    })
    for (let second = 0; second < 61; second += 1) {
      rig.pass(1_000)
      rig.socket.say({ pong: true }, { quote: 'T001-USD' })
      rig.socket.pong()
    }
    expect(rig.socket.sent).toEqual(['{"ping":1}', '{"ping":2}', '{"ping":3}'])
  })

  test('no detector fires while reading is paused by us', () => {
    const rig = aLiveRig()
    rig.connection.pauseReading()
    expect(rig.socket.isPaused).toBe(true)
    rig.pass(120_000)
    expect(rig.state).toBe('live')
    rig.connection.resumeReading()
    expect(rig.socket.isPaused).toBe(false)
    rig.pass(14_000)
    expect(rig.state).toBe('live')
    rig.pass(1_000)
    expect(rig.path).toContain('stalled')
  })

  test('a link is not alive again because reading was paused by us', () => {
    const rig = aLiveRig()
    for (let turn = 0; turn < 16; turn += 1) {
      rig.connection.pauseReading()
      rig.pass(1_000)
      rig.connection.resumeReading()
      rig.pass(1_000)
    }
    expect(rig.connection.heartbeatAgeMs()).toBe(16_000)
    expect(rig.path).not.toContain('stalled')
    rig.pass(1_000)
    expect(rig.path).toContain('stalled')
  })

  test('what came while reading was paused by us is read before a link is judged', () => {
    const rig = aLiveRig()
    rig.pass(14_500)
    rig.connection.pauseReading()
    rig.pass(30_000)
    rig.connection.resumeReading()
    rig.pass(1_900)
    rig.socket.say({ quote: 'T001-USD' })
    rig.pass(1_000)
    expect(rig.path).not.toContain('stalled')
  })

  test('an hour on the wall clock changes nothing', () => {
    const rig = aLiveRig()
    rig.trade(10_000)
    rig.clock.stepWall(3_600_000)
    rig.trade(10_000)
    rig.clock.stepWall(-7_200_000)
    rig.trade(10_000)
    expect(rig.state).toBe('live')
    expect(rig.sockets.all).toHaveLength(1)
  })
})
