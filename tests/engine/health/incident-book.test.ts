import { describe, expect, test } from 'vitest'
import type { ConnectionState } from '../../../src/contracts/shapes.ts'
import { aGap } from '../../support/a-gap.ts'
import { anIncident } from '../../support/an-incident.ts'
import { IncidentRig, refused, reset, startMs } from '../../support/incident-rig.ts'
import { aConnectionRow } from '../../support/rows.ts'

describe('an incident', () => {
  test('begins with the first loss and tells why, when, and what was seen last', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01', startMs - 40)
    rig.pass(1_000)
    expect(rig.began).toMatchObject([
      {
        id: '7-1',
        kind: 'connections',
        state: 'open',
        venue: 'coinbase',
        causeClass: 'reset',
        causeText: 'connection reset',
        causeCode: 1006,
        beganMs: startMs,
        endedMs: null,
        recoverMs: null,
        lastFrameMs: startMs - 40,
        firstFrameMs: null
      }
    ])
  })

  test('takes in whatever else of its venue is lost, and is announced once with all of it', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01', startMs - 10)
    rig.lose('coinbase-02', startMs - 90)
    rig.lose('bybit-01')
    rig.pass(3_000)
    rig.lose('coinbase-03', startMs + 100)
    rig.pass(1_000)
    expect(rig.began.map(({ venue, connectionCount }) => [venue, connectionCount])).toEqual([
      ['coinbase', 2],
      ['bybit', 1]
    ])
    expect(rig.shown.get('7-1')).toMatchObject({
      connections: ['coinbase-01', 'coinbase-02', 'coinbase-03'],
      connectionCount: 3,
      instruments: ['coinbase:01-USD', 'coinbase:02-USD', 'coinbase:03-USD'],
      instrumentCount: 3,
      lastFrameMs: startMs - 90
    })
  })

  test('is over when all that was lost has been back for five seconds', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01')
    rig.lose('coinbase-02')
    rig.pass(2_000)
    rig.retry('coinbase-01')
    rig.change('coinbase-01', 'live')
    rig.pass(10_000)
    expect(rig.only().state).toBe('open')
    rig.retry('coinbase-02')
    rig.retry('coinbase-02')
    rig.change('coinbase-02', 'live')
    rig.pass(4_000)
    expect(rig.only().state).toBe('open')
    rig.pass(1_000)
    expect(rig.only()).toMatchObject({
      state: 'over',
      endedMs: startMs + 12_000,
      recoverMs: 12_000,
      firstFrameMs: startMs + 12_000,
      attempts: 3
    })
  })

  test('stays one while its connection flaps', () => {
    const rig = new IncidentRig()
    for (let round = 0; round < 20; round += 1) {
      rig.lose('coinbase-01')
      rig.retry('coinbase-01')
      rig.change('coinbase-01', 'live')
      rig.pass(4_000)
    }
    expect([rig.began.length, rig.only().attempts]).toEqual([1, 20])
    rig.pass(5_000)
    rig.lose('coinbase-01')
    rig.pass(1_000)
    expect(rig.began).toHaveLength(2)
  })

  test.each([
    ['a planned end', 'waiting', { reason: 'backoff', cause: reset, isPlanned: true }],
    ['a wait for the budget', 'waiting', { reason: 'rate' }],
    ['a closed market', 'waiting', { reason: 'market', cause: reset }],
    ['a handover', 'draining', { reason: 'handover' }],
    ['a pause', 'waiting', { reason: 'paused' }],
    ['a first start', 'connecting', {}],
    ['a stop', 'closed', {}]
  ] as const)('does not begin with %s', (...[, to, more]) => {
    const rig = new IncidentRig()
    rig.change('coinbase-01', to, more)
    rig.pass(1_000)
    expect(rig.began).toEqual([])
  })

  test.each([
    ['a first try that fails', 'waiting', { reason: 'backoff', cause: refused }, 'refused'],
    ['a limit that the venue tells', 'waiting', { reason: 'rate', cause: refused }, 'refused'],
    ['silence', 'stalled', { reason: 'no data for 5 s' }, 'silence'],
    ['a refusal', 'failed', { reason: 'bad key', cause: { ...reset, class: 'auth' } }, 'auth'],
    ['maintenance', 'waiting', { reason: 'maintenance', cause: reset }, 'maintenance']
  ] as const)('begins with %s', (...[, to, more, causeClass]) => {
    const rig = new IncidentRig()
    rig.change('coinbase-01', to, more)
    rig.pass(1_000)
    expect(rig.began).toMatchObject([{ causeClass }])
  })

  test('ends for a connection that is not meant to be up any more', () => {
    const rig = new IncidentRig()
    rig.lose('eodhd-01')
    rig.pass(1_000)
    rig.change('eodhd-01', 'waiting', { reason: 'market' })
    rig.pass(5_000)
    expect(rig.only()).toMatchObject({ state: 'over', recoverMs: null, firstFrameMs: null })
  })

  test('keeps what was seen last before a stall that ended in a loss', () => {
    const rig = new IncidentRig()
    rig.change('coinbase-01', 'stalled', { lastDataMs: startMs - 90_000_000 })
    rig.lose('coinbase-01', startMs - 5_000)
    rig.lose('coinbase-01', startMs - 5)
    expect(rig.only().lastFrameMs).toBe(startMs - 5_000)
  })
})

describe('an outage of a venue', () => {
  test('is the incident that its first connection began, told as what it became', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01')
    rig.change('coinbase-02', 'waiting', { reason: 'breaker', cause: refused })
    rig.change('coinbase-01', 'waiting', { reason: 'breaker', cause: refused })
    rig.pass(1_000)
    expect(rig.only()).toMatchObject({ kind: 'venue', causeClass: 'reset', connectionCount: 2 })
  })

  test('is maintenance where the venue says so', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01')
    rig.change('coinbase-01', 'waiting', { reason: 'maintenance' })
    expect(rig.only()).toMatchObject({ kind: 'venue', causeClass: 'maintenance' })
  })
})

describe('being offline', () => {
  test('is one incident of all venues, into which theirs go', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01', startMs - 30)
    rig.lose('bybit-01', startMs - 70)
    rig.pass(1_000)
    for (const connection of ['coinbase-01', 'bybit-01', 'okx-01']) {
      rig.change(connection, 'waiting', { reason: 'offline', cause: refused })
    }
    rig.pass(1_000)
    expect(rig.only()).toMatchObject({
      kind: 'offline',
      venue: null,
      causeClass: 'offline',
      beganMs: startMs,
      lastFrameMs: startMs - 70,
      connectionCount: 3
    })
    expect(rig.gone).toEqual(['7-2'])
    expect([...rig.shown.keys()]).toEqual(['7-1'])
  })

  test('ends when the last venue is back', () => {
    const rig = new IncidentRig()
    for (const connection of ['coinbase-01', 'bybit-01']) {
      rig.change(connection, 'waiting', { reason: 'offline', cause: refused })
    }
    rig.pass(30_000)
    rig.change('coinbase-01', 'live')
    rig.pass(10_000)
    expect(rig.only().state).toBe('open')
    rig.change('bybit-01', 'live')
    rig.pass(5_000)
    expect(rig.only()).toMatchObject({ state: 'over', recoverMs: 40_000 })
    expect(rig.began).toHaveLength(1)
  })
})

describe('what an incident cost', () => {
  const instrument = 'coinbase:01-USD'
  const missing = aGap({ instrument, cause: 'disconnected', fromMs: startMs, toMs: startMs + 900 })

  test('is what its gaps miss, and follows what becomes of them after its end', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01')
    rig.pass(1_000)
    rig.gaps(missing)
    rig.change('coinbase-01', 'live')
    rig.pass(6_000)
    expect(rig.shown.get('7-1')).toMatchObject({ missedTrades: 4, refilledTrades: 0 })
    rig.book.takeGaps({
      replaced: [missing],
      gaps: [
        { ...missing, lastId: 12, missedTrades: 2, state: 'refilled' },
        { ...missing, firstId: 13, missedTrades: 2, state: 'lost' }
      ]
    })
    rig.pass(1_000)
    expect(rig.shown.get('7-1')).toMatchObject({
      missedTrades: 4,
      refilledTrades: 2,
      lostTrades: 2
    })
  })

  test('is told with its end once no gap is open, a minute after it at the latest', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01')
    rig.gaps(missing)
    rig.change('coinbase-01', 'live')
    rig.pass(20_000)
    expect(rig.ended).toEqual([])
    rig.gaps({ ...missing, state: 'refilled' })
    rig.pass(1_000)
    expect(rig.ended).toMatchObject([[{ refilledTrades: 4 }, 0]])

    rig.lose('coinbase-01')
    rig.gaps(aGap({ instrument, firstId: 99, fromMs: startMs + 21_000, toMs: startMs + 22_000 }))
    rig.change('coinbase-01', 'live')
    rig.pass(59_000)
    expect(rig.ended).toHaveLength(1)
    rig.pass(1_000)
    expect(rig.ended[1]).toMatchObject([{ missedTrades: 4, refilledTrades: 0 }, 0])
  })

  test.each([
    ['of other instruments', { instrument: 'coinbase:99-USD' }],
    ['of other times', { fromMs: startMs - 60_000, toMs: startMs - 50_000 }],
    ['of an engine that stood still', { cause: 'not-running' }]
  ] as const)('leaves out gaps %s', (...[, fields]) => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01')
    rig.gaps({ ...missing, ...fields })
    expect(rig.only().missedTrades).toBe(0)
  })

  test('belongs to the newest of the incidents that a gap touches', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01')
    rig.change('coinbase-01', 'live')
    rig.pass(6_000)
    rig.lose('coinbase-01')
    rig.gaps({ ...missing, toMs: startMs + 6_500 })
    expect(rig.book.incidents().map(({ id, missedTrades }) => [id, missedTrades])).toEqual([
      ['7-2', 4],
      ['7-1', 0]
    ])
  })
})

describe('lines about a connection', () => {
  test('are covered while anything of its venue is lost, and counted', () => {
    const rig = new IncidentRig()
    rig.change('coinbase-02', 'live')
    rig.change('bybit-01', 'live')
    expect(rig.book.covers('coinbase-02')).toBe(false)
    rig.lose('coinbase-01')
    expect(['coinbase-01', 'coinbase-02', 'bybit-01'].map((id) => rig.book.covers(id))).toEqual([
      true,
      true,
      false
    ])
    for (let line = 0; line < 3; line += 1) rig.book.suppress('coinbase-02')
    rig.change('coinbase-01', 'live')
    rig.pass(10_000)
    expect(rig.book.covers('coinbase-01')).toBe(false)
    expect(rig.ended).toMatchObject([[{ id: '7-1' }, 3]])
  })
})

describe('an engine that was not stopped in order', () => {
  test('is an incident from when it was last seen until everything is collected again', () => {
    const rig = new IncidentRig()
    const row = (id: string, state: ConnectionState) =>
      aConnectionRow({ id, state, reason: null, instruments: [`coinbase:${id}`] })
    rig.crashed(startMs - 4_000)
    rig.pass(3_000, [row('coinbase-01', 'live'), row('coinbase-02', 'waiting')])
    expect(rig.began).toMatchObject([{ kind: 'engine', beganMs: startMs - 4_000, venue: null }])
    rig.pass(6_000, [row('coinbase-01', 'live'), row('coinbase-02', 'live')])
    expect(rig.only()).toMatchObject({
      state: 'over',
      beganMs: startMs - 4_000,
      endedMs: startMs + 3_000,
      recoverMs: 7_000,
      lastFrameMs: startMs - 4_000,
      firstFrameMs: startMs + 3_000,
      connectionCount: 2,
      instrumentCount: 2
    })
  })

  test('covers what any connection says until then', () => {
    const rig = new IncidentRig()
    rig.crashed(null)
    expect(rig.book.covers('coinbase-01')).toBe(true)
    rig.pass(10_000, [aConnectionRow({ id: 'coinbase-01', state: 'live' })])
    expect(rig.book.covers('coinbase-01')).toBe(false)
  })

  test('is charged with the gaps of the time in which it stood still', () => {
    const rig = new IncidentRig()
    rig.crashed(startMs - 4_000)
    rig.gaps(aGap({ cause: 'not-running', fromMs: startMs - 4_100, toMs: startMs + 50 }))
    expect(rig.only().missedTrades).toBe(4)
  })

  test('that ends again and again is one incident', () => {
    const rig = new IncidentRig()
    const crash = anIncident({
      ...{ id: '6-1', kind: 'engine', state: 'open', venue: null, endedMs: null },
      ...{ beganMs: startMs - 90_000, lastFrameMs: startMs - 90_010 }
    })
    rig.crashed(null, [crash])
    rig.pass(1_000)
    expect(rig.gone).toEqual(['6-1'])
    expect(rig.only()).toMatchObject({
      id: '7-1',
      beganMs: startMs - 90_000,
      lastFrameMs: startMs - 90_010
    })
  })

  test('leaves its unfinished incidents cut off', () => {
    const rig = new IncidentRig()
    const open = anIncident({ id: '6-1', state: 'open', endedMs: null })
    const past = anIncident({ id: '6-0', beganMs: startMs - 9 })
    const before = { isUncleanStart: false, lastSeenMs: startMs }
    const cutOff = rig.book.recall([past, open], before, rig.moment)
    expect(cutOff).toMatchObject([{ id: '6-1', state: 'cut-off', endedMs: startMs }])
    expect(rig.book.incidents().map(({ id, state }) => [id, state])).toEqual([
      ['6-1', 'cut-off'],
      ['6-0', 'over']
    ])
  })

  test('that stops in order leaves what is open unfinished, and tells of it', () => {
    const rig = new IncidentRig()
    rig.lose('coinbase-01')
    rig.pass(2_000)
    rig.book.stop(rig.moment)
    expect(rig.ended).toMatchObject([[{ state: 'cut-off', endedMs: startMs + 2_000 }, 0]])
    expect(rig.shown.get('7-1')?.state).toBe('cut-off')
  })
})

describe('memory', () => {
  test('keeps the newest two hundred', () => {
    const rig = new IncidentRig()
    for (let round = 0; round < 260; round += 1) {
      rig.lose('coinbase-01')
      rig.change('coinbase-01', 'live')
      rig.pass(6_000)
    }
    const ids = rig.book.incidents().map(({ id }) => id)
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([200, '7-260', '7-61'])
  })
})
