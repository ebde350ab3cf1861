import { describe, expect, test } from 'vitest'
import { ConnectionRig } from '../../support/connection-rig.ts'
import { aToy, readToyRequest, someToys } from '../../support/toy-venue.ts'

function aLiveRig(options?: ConstructorParameters<typeof ConnectionRig>[0]): ConnectionRig {
  const rig = new ConnectionRig(options)
  rig.connection.start()
  rig.comeUp()
  return rig
}

/** The marks so far, as `up toy-01 T001 T002`. */
function marksOf({ marks }: ConnectionRig): readonly string[] {
  return marks.map(({ state, connection, instruments }) =>
    [state, connection, ...instruments.map((id) => id.slice('toy:'.length, -'-USD'.length))].join(
      ' '
    )
  )
}

describe('link marks of a connection', () => {
  test('tell up once the venue has agreed, not when the socket opens', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.socket.accept()
    expect(rig.marks).toEqual([])
    rig.acknowledge()
    expect(rig.marks).toEqual([
      {
        state: 'up',
        connection: 'toy-01',
        instruments: ['toy:T001-USD', 'toy:T002-USD', 'toy:T003-USD'],
        atMs: rig.clock.nowMs(),
        lastFrameMs: rig.clock.nowMs(),
        reason: null
      }
    ])
  })

  test('tell down with the last frame and how the link ended', () => {
    const rig = aLiveRig({ instruments: someToys(1) })
    rig.pass(1_000)
    rig.socket.say({ trade: 'T001-USD' })
    const lastFrameMs = rig.clock.nowMs()
    rig.clock.advance(700)
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    expect(rig.marks.at(-1)).toEqual({
      state: 'down',
      connection: 'toy-01',
      instruments: ['toy:T001-USD'],
      atMs: lastFrameMs + 700,
      lastFrameMs,
      reason: 'connection reset'
    })
    expect(rig.marks.at(-1)).not.toHaveProperty('isDrained')
  })

  test('trust a link that was suspected for silence up to its last data only', () => {
    const rig = aLiveRig({ instruments: someToys(1) })
    rig.socket.say({ trade: 'T001-USD' })
    const lastDataMs = rig.clock.nowMs()
    rig.pass(15_000, true)
    expect(rig.marks.at(-1)).toMatchObject({ state: 'down', lastFrameMs: lastDataMs })
    expect(rig.marks.at(-1)?.atMs).toBeGreaterThan(lastDataMs)
  })

  test('trust late data no further than to its own time', () => {
    const rig = aLiveRig({ instruments: someToys(1) })
    rig.clock.advance(60_000)
    const eventMs = rig.clock.nowMs() - 58_000
    rig.socket.say({ trade: 'T001-USD', at: eventMs })
    rig.clock.advance(100)
    rig.connection.presumeDead('slept')
    expect(rig.marks.at(-1)).toMatchObject({ state: 'down', lastFrameMs: eventMs })
  })

  test('take the answer to a goodbye of ours for a sign of life', () => {
    const rig = aLiveRig({ instruments: someToys(1) })
    rig.pass(8_000)
    void rig.connection.stop()
    const lastFrameMs = rig.clock.nowMs()
    expect(rig.marks.at(-1)).toMatchObject({ state: 'down', lastFrameMs, isDrained: true })
  })

  test('never tell a refused instrument up', () => {
    const rig = new ConnectionRig({ instruments: someToys(2) })
    rig.connection.start()
    rig.socket.accept()
    const { id } = readToyRequest(rig.socket.sent[0] ?? '')
    rig.socket.say({ refused: id, names: ['T002-USD'] })
    rig.acknowledge()
    expect(marksOf(rig)).toEqual(['up toy-01 T001'])
  })

  test('tell an instrument up that is added to a live link, and down when it is removed', () => {
    const rig = aLiveRig({ instruments: someToys(1) })
    rig.connection.addInstrument(aToy('NEW-USD'))
    expect(marksOf(rig)).toEqual(['up toy-01 T001'])
    rig.acknowledge()
    rig.connection.removeInstrument('toy:NEW-USD')
    expect(marksOf(rig)).toEqual(['up toy-01 T001', 'up toy-01 NEW', 'down toy-01 NEW'])
    rig.socket.end({ kind: 'dropped', how: 'eof' })
    expect(marksOf(rig).at(-1)).toBe('down toy-01 T001')
  })

  test('tell nothing of a link that never came so far', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.socket.accept()
    rig.socket.end({ kind: 'dropped', how: 'eof' })
    expect(rig.marks).toEqual([])
  })
})
