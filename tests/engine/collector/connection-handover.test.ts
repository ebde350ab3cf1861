import { describe, expect, test } from 'vitest'
import { ConnectionRig } from '../../support/connection-rig.ts'
import type { FakeSocket } from '../../support/fake-sockets.ts'
import { aToy, readToyRequest, someToys } from '../../support/toy-venue.ts'

type Handing = { readonly rig: ConnectionRig; readonly old: FakeSocket; readonly next: FakeSocket }

function aLiveRig(options?: ConstructorParameters<typeof ConnectionRig>[0]): ConnectionRig {
  const rig = new ConnectionRig(options)
  rig.connection.start()
  rig.comeUp()
  return rig
}

/** A live connection whose new link has its socket, not yet open. */
function aBegunHandover(options?: ConstructorParameters<typeof ConnectionRig>[0]): Handing {
  const rig = aLiveRig(options)
  const old = rig.socket
  rig.connection.rotate()
  return { rig, old, next: rig.socket }
}

/** A connection both of whose links are acknowledged. */
function anOverlap(options?: ConstructorParameters<typeof ConnectionRig>[0]): Handing {
  const handing = aBegunHandover(options)
  handing.rig.comeUp()
  return handing
}

/** The same trade on both links. */
function tradeOnBoth({ old, next }: Handing, symbol: string, id: number): void {
  old.say({ trade: symbol, id })
  next.say({ trade: symbol, id })
}

/** Lets time pass with quotes on every link and no trade. */
function passQuoting(rig: ConnectionRig, ms: number): void {
  for (let leftMs = ms; leftMs > 0; leftMs -= 1_000) {
    for (const socket of rig.sockets.unended) socket.say({ quote: 'T001-USD' })
    rig.pass(Math.min(1_000, leftMs), true)
  }
}

const oneToy = { instruments: someToys(1) }

describe('a handover of a connection', () => {
  test('opens and subscribes the new link while the old one stays live', () => {
    const { rig, old, next } = aBegunHandover()
    expect(rig.sockets.unended).toEqual([old, next])
    expect(rig.state).toBe('live')
    next.accept()
    expect(rig.state).toBe('live')
    expect(next.sent.map((text) => readToyRequest(text).symbols)).toEqual([
      ['T001-USD', 'T002-USD', 'T003-USD']
    ])
    rig.acknowledge(next)
    expect(rig.connection.row(0)).toMatchObject({ state: 'draining', reason: 'handover' })
    expect(old.isEnded).toBe(false)
  })

  test('closes the old link only after each active instrument was seen on both', () => {
    const handing = anOverlap({ instruments: someToys(2) })
    const { rig, old, next } = handing
    old.say({ trade: 'T001-USD', id: 1 }, { trade: 'T002-USD', id: 1 })
    next.say({ trade: 'T001-USD', id: 1 })
    rig.pass(5_000, true)
    expect(old.isEnded).toBe(false)
    tradeOnBoth(handing, 'T002-USD', 2)
    rig.pass(1_000, true)
    expect(old.isEnded).toBe(true)
    expect(next.isEnded).toBe(false)
    expect(rig.state).toBe('live')
    expect(rig.path).toEqual(['connecting', 'subscribing', 'live', 'draining', 'live'])
  })

  test('a trade that came on each link apart proves nothing: it has to be the same one', () => {
    const { rig, old, next } = anOverlap(oneToy)
    old.say({ trade: 'T001-USD', id: 100 })
    next.say({ trade: 'T001-USD', id: 150 })
    rig.pass(5_000, true)
    expect(old.isEnded).toBe(false)
    old.say({ trade: 'T001-USD', id: 150 })
    rig.pass(1_000, true)
    expect(old.isEnded).toBe(true)
  })

  test('an instrument without a trade is awaited for 30 s, or until the venue says that nothing is missing', () => {
    const silent = anOverlap(oneToy)
    passQuoting(silent.rig, 29_000)
    expect(silent.old.isEnded).toBe(false)
    passQuoting(silent.rig, 1_000)
    expect(silent.old.isEnded).toBe(true)

    const told = aBegunHandover(oneToy)
    told.old.say({ trade: 'T001-USD', id: 7 })
    told.rig.comeUp()
    told.next.say({ beat: 'T001-USD', last: 8 })
    told.rig.pass(1_000, true)
    expect(told.old.isEnded).toBe(false)
    told.next.say({ beat: 'T001-USD', last: 7 })
    told.old.say({ trade: 'T001-USD', id: 8 })
    told.rig.pass(1_000, true)
    expect(told.old.isEnded).toBe(false)
    told.next.say({ trade: 'T001-USD', id: 8 })
    told.rig.pass(1_000, true)
    expect(told.old.isEnded).toBe(true)
  })

  test('a silent instrument is done in seconds where the new link names no trade unseen', () => {
    const { rig, old, next } = aBegunHandover(oneToy)
    old.say({ trade: 'T001-USD', id: 7 })
    rig.comeUp()
    next.say({ anchor: 'T001-USD', id: 7 }, { beat: 'T001-USD', last: 7 })
    rig.pass(1_000, true)
    expect(old.isEnded).toBe(false)
    rig.pass(1_000, true)
    expect(old.isEnded).toBe(true)
  })

  test('each link tells for itself what it carries, under a name of its own', () => {
    const handing = anOverlap(oneToy)
    tradeOnBoth(handing, 'T001-USD', 1)
    handing.rig.pass(2_000, true)
    expect(handing.rig.marks.map(({ state, connection }) => [state, connection])).toEqual([
      ['up', 'toy-01'],
      ['up', 'toy-01+'],
      ['down', 'toy-01']
    ])
    expect(handing.rig.marks.at(-1)?.reason).toBe('handed over')
    handing.rig.connection.rotate()
    handing.rig.comeUp()
    expect(handing.rig.marks.at(-1)).toMatchObject({ state: 'up', connection: 'toy-01' })
  })

  test('counts what both links bring once', () => {
    const handing = anOverlap(oneToy)
    const before = handing.rig.connection.traffic.last60s().messages
    for (let id = 1; id <= 5; id += 1) tradeOnBoth(handing, 'T001-USD', id)
    expect(handing.rig.connection.traffic.last60s().messages - before).toBe(5)
    expect(handing.rig.events).toHaveLength(10)
    handing.rig.pass(2_000)
    expect(handing.old.isEnded).toBe(true)
    const handed = handing.rig.connection.traffic.last60s().messages
    handing.next.say({ trade: 'T001-USD', id: 6 })
    expect(handing.rig.connection.traffic.last60s().messages - handed).toBe(1)
  })

  test('keeps what is known of the rhythm of an instrument', () => {
    const rig = aLiveRig(oneToy)
    for (let id = 1; id <= 10; id += 1) {
      rig.socket.say({ trade: 'T001-USD', id })
      rig.pass(2_000, true)
    }
    const before = rig.connection.activity('toy:T001-USD')
    rig.connection.rotate()
    rig.comeUp()
    rig.socket.say({ beat: 'T001-USD', last: 10 })
    rig.pass(2_000, true)
    expect(rig.sockets.unended).toHaveLength(1)
    expect(rig.connection.activity('toy:T001-USD')).toEqual({
      dataAgeMs: (before?.dataAgeMs ?? 0) + 2_000,
      usualGapMs: before?.usualGapMs,
      isSuspect: false
    })
    expect(rig.connection.heartbeatAgeMs()).toBeLessThan(1_000)
  })

  test('a new link that fails costs nothing: the old one stays, and it is tried again later', () => {
    const { rig, old, next } = aBegunHandover(oneToy)
    next.end({ kind: 'error', code: 'ECONNREFUSED', message: 'refused' })
    expect(rig.state).toBe('live')
    rig.pass(4_000, true)
    expect(rig.sockets.all).toHaveLength(2)
    rig.pass(2_000, true)
    expect(rig.sockets.all).toHaveLength(3)
    rig.comeUp()
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    expect(rig.state).toBe('live')
    expect(old.isEnded).toBe(false)
    expect(rig.connection.row(0).reconnects).toBe(0)
    rig.pass(6_000, true)
    expect(rig.sockets.all).toHaveLength(4)
  })

  test('a new link that does not bring what the old one brings is given up', () => {
    const { rig, old, next } = anOverlap(oneToy)
    old.say({ trade: 'T001-USD', id: 1 })
    passQuoting(rig, 29_000)
    expect(next.isEnded).toBe(false)
    passQuoting(rig, 2_000)
    expect(next.isEnded).toBe(true)
    expect(old.isEnded).toBe(false)
    expect(rig.state).toBe('live')
    expect(rig.connection.row(0).log.map(({ text }) => text)).toContain(
      'new link failed: the new link did not bring toy:T001-USD'
    )
  })

  test('an instrument that trades on the old link and is refused on the new one keeps the old one', () => {
    const { rig, old, next } = aBegunHandover({ instruments: someToys(2) })
    next.accept()
    const { id } = readToyRequest(next.sent.splice(0)[0] ?? '')
    next.say({ refused: id, names: ['T002-USD'] })
    rig.acknowledge(next)
    tradeOnBoth({ rig, old, next }, 'T001-USD', 1)
    old.say({ trade: 'T002-USD', id: 1 })
    passQuoting(rig, 31_000)
    expect(next.isEnded).toBe(true)
    expect(old.isEnded).toBe(false)
    expect(rig.connection.refusals()).toEqual([])
  })

  test('the new link takes over at once when the old one ends, with no time without a link', () => {
    const { rig, old, next } = anOverlap(oneToy)
    old.end({ kind: 'dropped', how: 'reset' })
    expect(rig.state).toBe('live')
    expect(rig.sockets.unended).toEqual([next])
    expect(rig.connection.row(0)).toMatchObject({ reconnects: 1 })
    rig.pass(5_000, true)
    expect(rig.sockets.all).toHaveLength(2)
  })

  test.each([
    ['not yet open', () => undefined, 'connecting'],
    ['not yet acknowledged', (next: FakeSocket) => next.accept(), 'subscribing']
  ])('a new link that is %s becomes the only attempt', (...[, reach, state]) => {
    const { rig, old, next } = aBegunHandover(oneToy)
    reach(next)
    old.end({ kind: 'dropped', how: 'eof' })
    expect(rig.state).toBe(state)
    if (state === 'connecting') next.accept()
    rig.acknowledge(next)
    expect(rig.state).toBe('live')
    expect(rig.sockets.all).toHaveLength(2)
    expect(rig.path.slice(3)).toEqual(['waiting', 'connecting', 'subscribing', 'live'])
  })

  test('links that both are lost are sought again as after any loss', () => {
    const { rig, old, next } = anOverlap(oneToy)
    next.end({ kind: 'dropped', how: 'reset' })
    old.end({ kind: 'dropped', how: 'reset' })
    expect(rig.state).toBe('waiting(backoff)')
    rig.waitOut()
    rig.comeUp()
    expect(rig.state).toBe('live')
  })

  test('begins at the word of the venue that it will end the link', () => {
    const rig = aLiveRig(oneToy)
    rig.socket.say({ notice: 'shutdown' })
    expect(rig.sockets.all).toHaveLength(2)
    rig.socket.say({ notice: 'shutdown' })
    expect(rig.sockets.all).toHaveLength(2)
  })

  test('begins before the lifetime of the link is over, at a random time of the last parts', () => {
    const lifetimeMs = 24 * 60_000
    const rig = new ConnectionRig({ ...oneToy, venue: { lifetimeMs } })
    rig.connection.start()
    rig.comeUp()
    passQuoting(rig, 22.5 * 60_000 - 1_000)
    expect(rig.sockets.all).toHaveLength(1)
    passQuoting(rig, 1_000)
    expect(rig.sockets.all).toHaveLength(2)
    rig.comeUp()
    passQuoting(rig, 30_000)
    expect(rig.sockets.unended).toHaveLength(1)
    passQuoting(rig, 22 * 60_000)
    expect(rig.sockets.all).toHaveLength(2)
    passQuoting(rig, 31_000)
    expect(rig.sockets.all).toHaveLength(3)
  })

  test('an instrument added meanwhile goes to both links, one removed leaves both', () => {
    const { rig, old, next } = anOverlap({ instruments: someToys(2) })
    rig.connection.addInstrument(aToy('NEW-USD'))
    rig.connection.removeInstrument('toy:T002-USD')
    for (const socket of [old, next]) {
      expect(socket.sent.map((text) => readToyRequest(text))).toMatchObject([
        { op: 'subscribe', symbols: ['NEW-USD'] },
        { op: 'unsubscribe', symbols: ['T002-USD'] }
      ])
    }
    rig.acknowledge(old)
    tradeOnBoth({ rig, old, next }, 'T001-USD', 1)
    old.say({ trade: 'NEW-USD', id: 5 })
    rig.pass(3_000, true)
    expect(old.isEnded).toBe(false)
    rig.acknowledge(next)
    tradeOnBoth({ rig, old, next }, 'NEW-USD', 6)
    rig.pass(1_000, true)
    expect(old.isEnded).toBe(true)
    expect(rig.connection.carries('toy:NEW-USD')).toBe(true)
  })

  test('a venue without trade numbers never has two links: the old one ends first', () => {
    const rig = aLiveRig({ ...oneToy, venue: { tradeIds: 'none' } })
    const old = rig.socket
    expect(rig.connection.rotate()).toBe(true)
    expect(old.isEnded).toBe(true)
    expect(rig.state).toBe('connecting')
    expect(rig.sockets.unended).toHaveLength(1)
    rig.comeUp()
    expect(rig.path.slice(3)).toEqual(['draining', 'waiting', 'connecting', 'subscribing', 'live'])
    expect(rig.marks.map(({ state, reason }) => [state, reason])).toEqual([
      ['up', null],
      ['down', 'asked for'],
      ['up', null]
    ])
  })

  test('does not begin without a live link, nor while the venue wants a pause', () => {
    const waiting = new ConnectionRig(oneToy)
    waiting.connection.start()
    expect(waiting.connection.rotate()).toBe(false)
    const paused = aLiveRig(oneToy)
    paused.governor.pause(30_000)
    paused.connection.rotate()
    paused.pass(29_000, true)
    expect(paused.sockets.all).toHaveLength(1)
    paused.pass(2_000, true)
    expect(paused.sockets.all).toHaveLength(2)
  })

  test.each([
    ['queued', () => undefined],
    ['not yet open', ({ connection }: ConnectionRig) => void connection.rotate()],
    [
      'overlapping',
      (rig: ConnectionRig) => {
        rig.connection.rotate()
        rig.comeUp()
      }
    ]
  ])('stop and loss of all leave nothing behind while a handover is %s', async (...[, reach]) => {
    const rig = aLiveRig(oneToy)
    reach(rig)
    await rig.connection.stop()
    expect(rig.state).toBe('closed')
    expect(rig.sockets.unended).toHaveLength(0)
    expect(rig.clock.pending).toBe(0)

    const dead = aLiveRig(oneToy)
    reach(dead)
    dead.connection.presumeDead('presumed dead after sleep')
    expect(dead.sockets.unended).toHaveLength(0)
    expect(dead.state).toBe('waiting(backoff)')
  })

  test('timers and sockets are as many after a handover as before', () => {
    const rig = aLiveRig(oneToy)
    const { pending } = rig.clock
    for (let id = 1; id <= 5; id += 1) {
      const old = rig.socket
      rig.connection.rotate()
      rig.comeUp()
      tradeOnBoth({ rig, old, next: rig.socket }, 'T001-USD', id)
      rig.pass(2_000, true)
    }
    expect(rig.sockets.all).toHaveLength(6)
    expect(rig.sockets.unended).toHaveLength(1)
    expect(rig.clock.pending).toBe(pending)
  })
})
