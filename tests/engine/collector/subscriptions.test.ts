import { describe, expect, test } from 'vitest'
import { ConnectionRig } from '../../support/connection-rig.ts'
import { aToy, readToyRequest, someToys, toyRequest } from '../../support/toy-venue.ts'

function aSubscribingRig(options?: ConstructorParameters<typeof ConnectionRig>[0]): ConnectionRig {
  const rig = new ConnectionRig(options)
  rig.connection.start()
  rig.socket.accept()
  return rig
}

/** Answers requests as a venue that knows all symbols but `bad` and refuses a message whole. */
function answerAllBut(rig: ConnectionRig, bad: string, naming: boolean): number {
  let requests = 0
  while (rig.socket.sent.length > 0 && !rig.socket.isEnded) {
    const request = readToyRequest(rig.socket.sent.shift() ?? '')
    requests += 1
    if (!request.symbols.includes(bad)) rig.socket.say({ ack: request.id })
    else rig.socket.say({ refused: request.id, names: naming ? [bad] : [] })
  }
  return requests
}

/** Answers every request with a refusal that names nothing, until none is left. */
function refuseEverything(rig: ConnectionRig): void {
  while (rig.socket.sent.length > 0 && !rig.socket.isEnded) {
    const { id } = readToyRequest(rig.socket.sent.shift() ?? '')
    rig.socket.say({ refused: id, names: [] })
  }
}

describe('Subscriptions', () => {
  test('a bad instrument is isolated by halving, the others live', () => {
    const rig = aSubscribingRig({ instruments: [...someToys(14), aToy('BAD-USD')] })
    const requests = answerAllBut(rig, 'BAD-USD', false)
    expect(rig.state).toBe('live')
    expect(requests).toBeLessThanOrEqual(9)
    expect(rig.connection.refusals()).toEqual([
      'toy:BAD-USD is refused by the venue: no such symbol'
    ])
  })

  test('a bad instrument that the venue names costs one more message', () => {
    const rig = aSubscribingRig({ instruments: [...someToys(14), aToy('BAD-USD')] })
    expect(answerAllBut(rig, 'BAD-USD', true)).toBe(2)
    expect(rig.state).toBe('live')
  })

  test('an instrument refused alone leaves the rest of its request in place', () => {
    const rig = aSubscribingRig({ instruments: someToys(2), venue: { acknowledges: 'list' } })
    rig.socket.say({ refused: null, names: ['T001-USD'], scope: 'instrument' })
    rig.socket.say({ list: ['T002-USD'] })
    expect(rig.state).toBe('live')
    expect(rig.connection.refusals()).toHaveLength(1)
  })

  test('a refused instrument does not keep the others from being proven quiet', () => {
    const rig = aSubscribingRig({ instruments: [...someToys(1), aToy('BAD-USD')] })
    answerAllBut(rig, 'BAD-USD', true)
    rig.socket.say({ anchor: 'T001-USD', id: 9 })
    for (let second = 0; second < 60; second += 1) {
      rig.socket.say({ beat: 'T001-USD', last: 9 })
      rig.pass(1_000)
      rig.socket.pong()
    }
    expect(rig.state).toBe('live')
  })

  test('a refused instrument is not asked for again on the next socket', () => {
    const rig = aSubscribingRig({ instruments: [...someToys(2), aToy('BAD-USD')] })
    answerAllBut(rig, 'BAD-USD', true)
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    rig.waitOut()
    rig.socket.accept()
    expect(readToyRequest(rig.socket.sent[0] ?? '').symbols).toEqual(['T001-USD', 'T002-USD'])
  })

  test('a connection all of whose instruments are refused fails, and a retry asks again', () => {
    const rig = aSubscribingRig({ instruments: [aToy('BAD-USD')] })
    answerAllBut(rig, 'BAD-USD', false)
    expect(rig.state).toBe('failed')
    expect(rig.connection.row(0).reason).toBe('the venue refused every instrument')
    expect(rig.connection.retry()).toBe(true)
    rig.comeUp()
    expect(rig.state).toBe('live')
  })

  test('a connection all of whose instruments were refused for a moment asks again within a minute', () => {
    const rig = aSubscribingRig({ instruments: someToys(3) })
    refuseEverything(rig)
    expect(rig.state).toBe('failed')
    rig.pass(60_000)
    rig.socket.accept()
    expect(readToyRequest(rig.socket.sent[0] ?? '').symbols).toHaveLength(3)
    rig.acknowledge()
    expect(rig.state).toBe('live')
    expect(rig.connection.refusals()).toEqual([])
  })

  test('what the venue goes on refusing is asked for ever more rarely, at least every ten minutes', () => {
    const rig = aSubscribingRig({ instruments: [...someToys(2), aToy('BAD-USD')] })
    answerAllBut(rig, 'BAD-USD', true)
    const askedAtS: number[] = []
    for (let second = 1; second <= 2_400; second += 1) {
      rig.trade(1_000)
      if (answerAllBut(rig, 'BAD-USD', true) > 0) askedAtS.push(second)
    }
    expect(askedAtS).toEqual([60, 180, 420, 900, 1_500, 2_100])
    expect(rig.state).toBe('live')
  })

  test('what the venue holds already counts as subscribed', () => {
    const rig = aSubscribingRig({ instruments: someToys(1) })
    rig.socket.say({ refused: 'r1', code: 'already-subscribed' })
    expect(rig.state).toBe('live')
    expect(rig.connection.refusals()).toEqual([])
  })

  test('an unanswered request is sent again once after 10 s, then the link is ended', () => {
    const rig = aSubscribingRig()
    expect(rig.socket.sent).toHaveLength(1)
    rig.trade(9_000)
    expect(rig.socket.sent).toHaveLength(1)
    rig.trade(1_000)
    expect(rig.socket.sent.map((text) => readToyRequest(text).id)).toEqual(['r1', 'r2'])
    rig.trade(9_000)
    expect(rig.socket.isEnded).toBe(false)
    rig.pass(1_000)
    expect(rig.socket.wasTerminated).toBe(true)
    expect(rig.connection.row(0).lastClose?.reason).toBe('subscription twice without an answer')
  })

  test('an instrument whose request stays unanswered while others are answered is left out', () => {
    const rig = aSubscribingRig({
      instruments: [...someToys(7), aToy('BAD-USD')],
      venue: {
        subscribe: (instruments, firstId) => {
          const middle = Math.ceil(instruments.length / 2)
          const halves = [instruments.slice(0, middle), instruments.slice(middle)]
          return halves
            .filter((half) => half.length > 0)
            .map((half, index) => toyRequest('subscribe', half, firstId + index))
        }
      }
    })
    for (let second = 0; second < 60; second += 1) {
      for (const text of rig.socket.sent.splice(0)) {
        const { id, symbols } = readToyRequest(text)
        if (!symbols.includes('BAD-USD')) rig.socket.say({ ack: id })
      }
      rig.trade(1_000)
    }
    expect(rig.sockets.all).toHaveLength(1)
    expect(rig.state).toBe('live')
    expect(rig.connection.refusals()).toEqual([
      'toy:BAD-USD is refused by the venue: no acknowledgement'
    ])
    for (let second = 0; second < 60 && rig.socket.sent.length === 0; second += 1) rig.trade(1_000)
    expect(readToyRequest(rig.socket.sent[0] ?? '').symbols).toEqual(['BAD-USD'])
    rig.acknowledge()
    expect(rig.connection.refusals()).toEqual([])
  })

  test('where nothing is answered at all, the next link asks for half as many at once', () => {
    const rig = aSubscribingRig({ instruments: someToys(6) })
    rig.trade(20_000)
    expect(rig.socket.wasTerminated).toBe(true)
    rig.waitOut()
    rig.socket.accept()
    expect(rig.socket.sent.map((text) => readToyRequest(text).symbols.length)).toEqual([3, 3])
    rig.acknowledge()
    rig.trade(62_000)
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    rig.waitOut()
    rig.socket.accept()
    expect(rig.socket.sent).toHaveLength(1)
  })

  test('where answers list what is held, the one that never appears is left out', () => {
    const rig = aSubscribingRig({
      instruments: [...someToys(2), aToy('BAD-USD')],
      venue: { acknowledges: 'list' }
    })
    for (let second = 0; second < 25; second += 1) {
      for (const text of rig.socket.sent.splice(0)) {
        expect(readToyRequest(text).op).toBe('subscribe')
        rig.socket.say({ list: ['T001-USD', 'T002-USD'] })
      }
      rig.trade(1_000)
    }
    expect(rig.state).toBe('live')
    expect(rig.connection.refusals()).toHaveLength(1)
  })

  test('a broken rule costs a minute, halves what is asked at once, and is told until it is well again', () => {
    const rig = aSubscribingRig({ instruments: someToys(4) })
    rig.socket.end({ kind: 'closed', code: 1008, reason: 'too many topics' })
    expect(rig.connection.refusals()).toEqual([
      'toy-01 broke a rule: closed with 1008: too many topics'
    ])
    rig.pass(59_000)
    expect(rig.sockets.all).toHaveLength(1)
    rig.pass(1_000)
    rig.socket.accept()
    expect(rig.socket.sent.map((text) => readToyRequest(text).symbols.length)).toEqual([2, 2])
  })

  test('the answer to the second asking is enough', () => {
    const rig = aSubscribingRig()
    rig.trade(10_000)
    rig.socket.say({ ack: 'r2' })
    expect(rig.state).toBe('live')
  })

  test('cumulative lists settle a request once all of it stands in them', () => {
    const rig = aSubscribingRig({ instruments: someToys(2), venue: { acknowledges: 'list' } })
    rig.socket.say({ list: ['T001-USD'] })
    expect(rig.state).toBe('subscribing')
    rig.socket.say({ list: ['T002-USD', 'T001-USD'] })
    expect(rig.state).toBe('live')
  })

  test('where answers name no request, messages go one at a time', () => {
    const rig = aSubscribingRig({
      instruments: someToys(2),
      venue: {
        acknowledges: 'list',
        subscribe: (instruments, firstId) =>
          instruments.map((each, index) => toyRequest('subscribe', [each], firstId + index))
      }
    })
    expect(rig.socket.sent).toHaveLength(1)
    rig.socket.say({ list: ['T001-USD'] })
    expect(rig.socket.sent).toHaveLength(2)
    rig.socket.say({ list: ['T001-USD', 'T002-USD'] })
    expect(rig.state).toBe('live')
  })

  test('messages keep the pace of the venue', () => {
    const rig = aSubscribingRig({
      instruments: someToys(10),
      venue: {
        limits: {
          connects: { burst: 1, perSecond: 1, per5Minutes: null },
          messagesPerSecond: 2,
          rest: { burst: 1, perSecond: 1 },
          instrumentsPerConnection: { usual: 10, most: 10 },
          maxFrameBytes: 1024
        },
        subscribe: (instruments, firstId) =>
          instruments.map((each, index) => toyRequest('subscribe', [each], firstId + index))
      }
    })
    expect(rig.socket.sent).toHaveLength(2)
    rig.clock.advance(999)
    expect(rig.socket.sent).toHaveLength(3)
    rig.clock.advance(3_001)
    expect(rig.socket.sent).toHaveLength(10)
  })

  test('a refused key fails the connection and pauses the venue for five minutes', () => {
    const rig = aSubscribingRig()
    rig.socket.say({ refused: null, scope: 'connection', code: 'authentication' })
    expect(rig.state).toBe('failed')
    expect(rig.connection.row(0).reason).toBe('venue refused: no such symbol')
    expect(rig.governor.pausedMs()).toBe(300_000)
  })

  test('a limit that concerns the whole connection pauses the venue', () => {
    const rig = aSubscribingRig()
    rig.socket.say({ refused: null, scope: 'connection', code: 'limit' })
    expect(rig.state).toBe('waiting(rate)')
    expect(rig.governor.pausedMs()).toBe(30_000)
  })

  test('an error that answers nothing is shown, and changes nothing else', () => {
    const rig = aSubscribingRig()
    rig.acknowledge()
    rig.socket.say({ refused: null, names: [] })
    expect(rig.state).toBe('live')
    expect(rig.connection.row(0).log[0]?.text).toBe('venue says: no such symbol')
    expect(rig.governor.pausedMs()).toBe(0)
  })

  test('a warning of rates in the words of an error pauses the venue and keeps the connection', () => {
    const rig = aSubscribingRig()
    rig.acknowledge()
    rig.socket.say({ refused: null, names: [], code: 'limit' })
    expect(rig.state).toBe('live')
    expect(rig.governor.pausedMs()).toBe(30_000)
    expect(rig.connection.row(0).log[0]?.text).toBe('venue says: no such symbol')
  })

  test('a rate notice pauses the venue and keeps the connection', () => {
    const rig = aSubscribingRig()
    rig.acknowledge()
    rig.socket.say({ notice: 'rate' })
    expect(rig.governor.pausedMs()).toBe(30_000)
    expect(rig.state).toBe('live')
  })
})
