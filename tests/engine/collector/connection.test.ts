import { describe, expect, test } from 'vitest'
import { ConnectionRig } from '../../support/connection-rig.ts'
import { aToy, readToyRequest, someToys } from '../../support/toy-venue.ts'

function aLiveRig(options?: ConstructorParameters<typeof ConnectionRig>[0]): ConnectionRig {
  const rig = new ConnectionRig(options)
  rig.connection.start()
  rig.comeUp()
  return rig
}

describe('Connection', () => {
  test('goes from waiting over connecting and subscribing to live', () => {
    const rig = new ConnectionRig()
    expect(rig.state).toBe('waiting(rate)')
    rig.connection.start()
    expect(rig.state).toBe('connecting')
    rig.socket.accept()
    expect(rig.state).toBe('subscribing')
    rig.acknowledge()
    expect(rig.state).toBe('live')
  })

  test('counts the time it is down over all tries, until it is live again', () => {
    const rig = aLiveRig()
    expect(rig.connection.row(0).downSinceMs).toBeNull()
    rig.pass(1_000)
    const lostMs = rig.clock.nowMs()
    for (let tries = 0; tries < 3; tries += 1) {
      rig.socket.end({ kind: 'dropped', how: 'reset' })
      rig.waitOut()
    }
    expect(rig.connection.row(0).sinceMs).toBeGreaterThan(lostMs)
    expect(rig.connection.row(0).downSinceMs).toBe(lostMs)
    rig.comeUp()
    expect(rig.connection.row(0).downSinceMs).toBeNull()
  })

  test('opens its socket with the limits of the venue', () => {
    const rig = aLiveRig({ apiKey: 'secret' })
    expect(rig.socket.url).toBe('ws://toy.test/?key=secret')
    expect(rig.socket.options).toEqual({
      handshakeTimeoutMs: 10_000,
      maxFrameBytes: 65_536,
      compress: false,
      userAgent: 'tapedeck/test'
    })
  })

  test('subscribes only once authorized where the venue wants it so', () => {
    const rig = new ConnectionRig({ venue: { handshake: 'authorized' } })
    rig.connection.start()
    rig.socket.accept()
    expect(rig.socket.sent).toHaveLength(0)
    rig.socket.say({ welcome: true })
    expect(rig.socket.sent).toHaveLength(1)
  })

  test('gives up on a venue that never authorizes', () => {
    const rig = new ConnectionRig({ venue: { handshake: 'authorized' } })
    rig.connection.start()
    rig.socket.accept()
    rig.pass(10_000, true)
    expect(rig.socket.wasTerminated).toBe(true)
    expect(rig.connection.row(0).lastClose?.reason).toBe('no authorization within 10000 ms')
  })

  test('is live without acknowledgements where the venue gives none', () => {
    const rig = new ConnectionRig({ venue: { acknowledges: 'none' } })
    rig.connection.start()
    rig.socket.accept()
    expect(rig.state).toBe('live')
  })

  test('hands on events in order, before the acknowledgement too', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.socket.accept()
    rig.socket.say({ trade: 'T001-USD', id: 7 }, { quote: 'T002-USD' })
    expect(rig.events.map(({ kind }) => kind)).toEqual(['trade', 'quote'])
    expect(rig.state).toBe('subscribing')
  })

  test('ends an attempt that opens no socket within 10 s and never runs two at once', () => {
    const rig = new ConnectionRig()
    rig.connection.start()
    rig.pass(9_999)
    expect(rig.socket.isEnded).toBe(false)
    rig.pass(1)
    expect(rig.socket.wasTerminated).toBe(true)
    expect(rig.state).toBe('waiting(backoff)')
    expect(rig.sockets.unended).toHaveLength(0)
    rig.pass(1_000)
    expect(rig.sockets.all).toHaveLength(2)
  })

  test('comes back at once after 60 s of healthy data', () => {
    const rig = aLiveRig()
    rig.trade(62_000)
    rig.chance = 0.999
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    expect(rig.state).toBe('waiting(backoff)')
    expect(rig.connection.row(0)).toMatchObject({ attempt: 1, reconnects: 1 })
    rig.clock.advance(0)
    expect(rig.state).toBe('connecting')
  })

  test('waits longer after each short life, normal closes included', () => {
    const rig = aLiveRig()
    const delays: number[] = []
    for (let life = 0; life < 9; life += 1) {
      rig.socket.say({ trade: 'T001-USD' })
      rig.socket.end({ kind: 'closed', code: 1000, reason: '' })
      const { nextAttemptMs } = rig.connection.row(0)
      delays.push((nextAttemptMs ?? 0) - rig.clock.nowMs())
      rig.waitOut()
      rig.comeUp()
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  test('opening a socket alone resets no backoff', () => {
    const rig = aLiveRig()
    rig.socket.end({ kind: 'dropped', how: 'eof' })
    rig.waitOut()
    rig.comeUp()
    rig.pass(10_000, true)
    rig.socket.end({ kind: 'dropped', how: 'eof' })
    expect(rig.connection.row(0).attempt).toBe(2)
  })

  test('60 s of proven quiet are as healthy as data', () => {
    const rig = aLiveRig({ instruments: someToys(1) })
    rig.socket.say({ anchor: 'T001-USD', id: 9 })
    for (let second = 0; second < 65; second += 1) {
      rig.socket.say({ beat: 'T001-USD', last: 9 })
      rig.pass(1_000)
      rig.socket.pong()
    }
    rig.chance = 0.999
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    rig.pass(250)
    expect(rig.state).toBe('connecting')
  })

  test.each([
    [1008, 60_000],
    [1012, 2_750],
    [1013, 32_500],
    [1011, 250]
  ])('close code %i is answered after %i ms', (code, delayMs) => {
    const rig = aLiveRig()
    rig.socket.end({ kind: 'closed', code, reason: '' })
    expect(rig.connection.row(0).nextAttemptMs).toBe(rig.clock.nowMs() + delayMs)
  })

  test('does not connect when the market closed while it queued', () => {
    let isOpen = true
    const rig = new ConnectionRig({
      instruments: [aToy('QLD', { calendar: 'XNYS' })],
      marketHours: () =>
        isOpen ? { isOpen, openedMs: null } : { isOpen, closedMs: null, nextOpenMs: null }
    })
    rig.governor.pause(5_000)
    rig.connection.start()
    expect(rig.state).toBe('waiting(rate)')
    isOpen = false
    rig.pass(10_000)
    expect(rig.state).toBe('waiting(market)')
    expect(rig.sockets.all).toHaveLength(0)
  })

  test('failed attempts after a loss make one reconnect', () => {
    const rig = aLiveRig()
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    for (let attempt = 0; attempt < 3; attempt += 1) {
      rig.waitOut()
      rig.socket.end({ kind: 'error', code: 'ECONNREFUSED', message: 'nobody there' })
    }
    expect(rig.connection.row(0)).toMatchObject({ reconnects: 1, attempt: 4 })
  })

  test('keeps code, class and words of how it ended', () => {
    const rig = aLiveRig()
    rig.socket.end({ kind: 'closed', code: 1001, reason: 'going away' })
    const row = rig.connection.row(0)
    expect(row.lastClose).toEqual({
      atMs: rig.clock.nowMs(),
      code: 1001,
      reason: 'closed with 1001: going away'
    })
    expect(row.log.map(({ text }) => text)).toContain(
      'ended (normal): closed with 1001: going away'
    )
  })

  test('keeps at most 20 log lines, newest first', () => {
    const rig = aLiveRig()
    for (let life = 0; life < 10; life += 1) {
      rig.socket.end({ kind: 'dropped', how: 'eof' })
      rig.waitOut()
      rig.comeUp()
    }
    const { log } = rig.connection.row(0)
    expect(log).toHaveLength(20)
    expect(log[0]?.text).toBe('live')
  })

  test('a retry asked for skips the backoff', () => {
    const rig = aLiveRig()
    rig.socket.end({ kind: 'closed', code: 1008, reason: '' })
    rig.pass(1_000)
    expect(rig.state).toBe('waiting(backoff)')
    expect(rig.connection.retry()).toBe(true)
    expect(rig.state).toBe('connecting')
    expect(rig.connection.retry()).toBe(false)
  })

  test('counts and samples what it cannot read, once a kind, and stays up', () => {
    const rig = aLiveRig({ apiKey: 'secret' })
    for (let count = 0; count < 1_000; count += 1)
      rig.socket.say(`garbage of secret ${'x'.repeat(300)}`)
    rig.socket.say('', '{"trade":', { novelty: 1 }, { novelty: 2 })
    rig.socket.sayBinary(Buffer.from([1, 2]))
    expect(rig.state).toBe('live')
    expect(rig.connection.traffic.rejected).toBe(1_002)
    expect(rig.connection.traffic.unknown).toBe(3)
    const kinds = rig.connection.traffic.kinds()
    expect(kinds.map(({ kind, count }) => [kind, count])).toEqual([
      ['rejected: not JSON', 1_002],
      ['unknown: novelty', 2],
      ['unknown: binary frame', 1]
    ])
    expect(kinds[0]?.sample).toHaveLength(200)
    expect(kinds[0]?.sample).toMatch(/^garbage of \[key\] x/)
  })

  test('a frame that cannot be read is a break where ids do not tell what it held', () => {
    const rig = aLiveRig({ venue: { tradeIds: 'unique' } })
    rig.socket.say({ trade: 'T001-USD' })
    const readMs = rig.clock.nowMs()
    rig.clock.advance(400)
    rig.socket.say('garbage')
    rig.clock.advance(100)
    rig.socket.say('garbage')
    const instruments = ['toy:T001-USD', 'toy:T002-USD', 'toy:T003-USD']
    const reason = 'a frame could not be read: not JSON'
    expect(rig.marks.at(-1)).toMatchObject({ state: 'down', instruments, reason })
    expect(rig.marks.at(-1)?.lastFrameMs).toBeLessThanOrEqual(readMs)
    const told = rig.marks.length
    rig.pass(1_000, true)
    expect(rig.marks.slice(told)).toMatchObject([{ state: 'up', instruments }])
    rig.pass(5_000, true)
    expect(rig.marks).toHaveLength(told + 1)
    expect(rig.state).toBe('live')
  })

  test('it is no break where the next id tells', () => {
    const rig = aLiveRig()
    const told = rig.marks.length
    rig.socket.say('garbage')
    rig.pass(2_000, true)
    expect(rig.marks).toHaveLength(told)
  })

  test('a parser that throws costs one frame', () => {
    const rig = new ConnectionRig({
      venue: {
        createParser: () => ({
          parse() {
            throw new TypeError('oops')
          }
        })
      }
    })
    rig.connection.start()
    rig.socket.accept()
    rig.socket.say({ trade: 'T001-USD' })
    expect(rig.connection.traffic.kinds()[0]?.kind).toBe('rejected: parser threw: oops')
    expect(rig.state).toBe('subscribing')
  })

  test('stop says goodbye, closes within half a second and leaves no timer', async () => {
    const rig = aLiveRig()
    rig.socket.answersClose = false
    const stopped = rig.connection.stop()
    expect(rig.state).toBe('draining')
    rig.clock.advance(500)
    await stopped
    expect(rig.state).toBe('closed')
    expect(rig.socket.wasTerminated).toBe(true)
    expect(rig.clock.pending).toBe(0)
  })

  test('its last link mark says why it was stopped', async () => {
    const rig = aLiveRig()
    await rig.connection.stop('delisted')
    expect(rig.marks.at(-1)).toMatchObject({ state: 'down', reason: 'delisted' })
  })

  test.each(['waiting', 'connecting', 'subscribing'])('stop works while %s', async (state) => {
    const rig = new ConnectionRig()
    rig.connection.start()
    if (state === 'waiting') rig.socket.end({ kind: 'dropped', how: 'reset' })
    if (state === 'subscribing') rig.socket.accept()
    expect(rig.connection.state).toBe(state)
    await rig.connection.stop()
    expect(rig.state).toBe('closed')
    expect(rig.clock.pending).toBe(0)
    expect(rig.sockets.unended).toHaveLength(0)
  })

  test('adds and removes an instrument on the open socket', () => {
    const rig = aLiveRig()
    rig.socket.sent.length = 0
    rig.connection.addInstrument(aToy('NEW-USD'))
    expect(readToyRequest(rig.socket.sent[0] ?? '')).toMatchObject({
      op: 'subscribe',
      symbols: ['NEW-USD']
    })
    rig.acknowledge()
    rig.socket.say({ trade: 'NEW-USD' })
    expect(rig.events).toHaveLength(1)
    rig.connection.removeInstrument('toy:NEW-USD')
    expect(readToyRequest(rig.socket.sent[0] ?? '')).toMatchObject({
      op: 'unsubscribe',
      symbols: ['NEW-USD']
    })
    expect(rig.sockets.all).toHaveLength(1)
    expect(rig.connection.row(0).instruments).not.toContain('toy:NEW-USD')
  })

  test('subscribes the list as it is when the socket opens, not as it was when it began', () => {
    const rig = new ConnectionRig({ venue: { handshake: 'authorized' } })
    rig.connection.start()
    rig.connection.addInstrument(aToy('NEW-USD'))
    rig.connection.removeInstrument('toy:T001-USD')
    rig.socket.accept()
    rig.connection.removeInstrument('toy:T002-USD')
    rig.socket.say({ welcome: true })
    expect(rig.socket.sent.map((text) => readToyRequest(text).symbols)).toEqual([
      ['T003-USD', 'NEW-USD']
    ])
    rig.acknowledge()
    rig.socket.say({ trade: 'NEW-USD' })
    expect(rig.events).toHaveLength(1)
    expect(rig.state).toBe('live')
  })

  test('names each socket anew to the parser', () => {
    const names: string[] = []
    const rig = new ConnectionRig({
      venue: {
        createParser: (instruments, name) => {
          names.push(name)
          return { parse: () => ({ kind: 'ignored', type: `${instruments.length}` }) }
        }
      }
    })
    rig.connection.start()
    rig.socket.end({ kind: 'dropped', how: 'eof' })
    rig.clock.advance(1_000)
    expect(new Set(names).size).toBe(2)
    expect(names[0]).toMatch(/^toy-01\./)
  })

  test('reports rates, latency and history', () => {
    const rig = aLiveRig({ instruments: someToys(1) })
    for (let second = 0; second < 20; second += 1) {
      for (let each = 0; each < 50; each += 1) {
        rig.socket.say({ trade: 'T001-USD', at: rig.clock.nowMs() - 40 })
      }
      rig.pass(1_000)
      rig.socket.pong()
    }
    const row = rig.connection.row(1)
    expect(row.messagesPerSecond).toBe(50)
    expect(row.history).toHaveLength(2)
    expect(row.latencyP50Ms).toBeGreaterThan(36)
    expect(row.latencyP99Ms).toBeLessThan(44)
    expect(row.lastDataMs).toBe(rig.clock.nowMs() - 1_000)
  })
})
