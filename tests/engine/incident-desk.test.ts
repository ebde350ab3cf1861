import { describe, expect, test } from 'vitest'
import type { Incident } from '../../src/contracts/incident.ts'
import type { LogFields } from '../../src/contracts/log-limit.ts'
import { StatePublisher } from '../../src/contracts/state-publisher.ts'
import type { ConnectionTransition } from '../../src/engine/collector/connection-transition.ts'
import { ownCause } from '../../src/engine/collector/close-cause.ts'
import { IncidentDesk } from '../../src/engine/incident-desk.ts'
import type { RunStart } from '../../src/engine/storage/store.ts'
import { anIncident } from '../support/an-incident.ts'
import { FakeClock } from '../support/fake-clock.ts'

const anywhere = { name: 'incidents', venue: null, fromMs: null, toMs: null, limit: 10 } as const

/** A desk over a store that is a map. */
class Rig {
  readonly clock = new FakeClock()
  readonly stored: Map<string, Incident>
  readonly puts: string[] = []
  readonly lines: { readonly event: string; readonly fields: LogFields }[] = []
  readonly publisher = new StatePublisher({
    query: () => Promise.resolve({ code: 'unavailable', message: 'not asked here' }),
    retry: () => undefined
  })
  readonly desk: IncidentDesk

  constructor(stored: readonly Incident[] = [], run: Partial<RunStart> = {}) {
    this.stored = new Map(stored.map((incident) => [incident.id, incident]))
    this.desk = new IncidentDesk({
      clock: this.clock,
      publisher: this.publisher,
      writer: {
        run: {
          ...{ run: 2, isUncleanStart: false, lastSeenMs: null },
          ...{ integrity: 'ok', nextArrival: 0 },
          ...run
        },
        putIncident: (incident) => {
          this.puts.push(incident.id)
          this.stored.set(incident.id, incident)
        },
        dropIncident: (id) => void this.stored.delete(id)
      },
      reader: {
        incidents: ({ limit }) => Promise.resolve([...this.stored.values()].slice(-limit))
      },
      log: (...[, event, fields]) => void this.lines.push({ event, fields })
    })
  }

  change(connection: string, fields: Partial<ConnectionTransition>): void {
    this.desk.take({
      connection,
      venue: 'coinbase',
      instruments: ['coinbase:BTC-USD'],
      from: 'live',
      to: 'waiting',
      reason: null,
      cause: null,
      isPlanned: false,
      healthyMs: null,
      lastDataMs: null,
      atMs: this.clock.nowMs(),
      monotonicMs: this.clock.monotonicMs(),
      attempt: 1,
      ...fields
    })
  }

  lose(connection: string): void {
    this.change(connection, { reason: 'backoff', cause: ownCause('silence', 'no data for 5 s') })
  }

  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.clock.advance(1_000)
      this.desk.tick()
    }
  }

  shown(): readonly string[] {
    return [...this.publisher.rows('incidents')].map(({ id, state }) => `${id} ${state}`)
  }
}

describe('the desk of incidents', () => {
  test('logs one line at the beginning and one with the figures at the end', () => {
    const rig = new Rig()
    for (const name of ['coinbase-01', 'coinbase-02', 'coinbase-03']) rig.lose(name)
    rig.pass(2)
    for (const name of ['coinbase-01', 'coinbase-02', 'coinbase-03']) {
      rig.change(name, { from: 'waiting', to: 'connecting' })
      rig.change(name, { from: 'subscribing', to: 'live' })
    }
    rig.pass(20)
    expect(rig.lines.map(({ event }) => event)).toEqual(['incident-began', 'incident-ended'])
    expect(rig.lines[0]?.fields).toMatchObject({
      incident: '2-1',
      venue: 'coinbase',
      cause: 'silence',
      connections: 3
    })
    expect(rig.lines[1]?.fields).toMatchObject({
      incident: '2-1',
      recoverMs: 2_000,
      attempts: 3,
      missedTrades: 0
    })
  })

  test('shows and stores a beginning and an end at once, and what is between now and then', () => {
    const rig = new Rig()
    rig.lose('coinbase-01')
    rig.pass(1)
    expect([rig.shown(), rig.stored.get('2-1')?.state]).toEqual([['2-1 open'], 'open'])
    rig.puts.length = 0
    for (let round = 0; round < 30; round += 1) {
      rig.change('coinbase-01', { from: 'waiting', to: 'connecting' })
      rig.pass(1)
    }
    expect(rig.puts).toHaveLength(3)
    rig.change('coinbase-01', { from: 'subscribing', to: 'live' })
    rig.pass(6)
    expect([rig.shown(), rig.stored.get('2-1')?.state]).toEqual([['2-1 over'], 'over'])
  })

  test('makes details of what connections say during an outage, and counts them', () => {
    const rig = new Rig()
    const fields = { connection: 'coinbase-01' }
    rig.change('coinbase-01', { from: 'subscribing', to: 'live' })
    expect(rig.desk.levelOf('warn', 'connection-ended', fields)).toBe('warn')
    rig.lose('coinbase-01')
    expect(rig.desk.levelOf('warn', 'connection-ended', fields)).toBe('debug')
    expect(rig.desk.levelOf('info', 'connection-state', fields)).toBe('debug')
    expect(rig.desk.levelOf('warn', 'instrument-refused', fields)).toBe('warn')
    expect(rig.desk.levelOf('warn', 'connection-ended', { connection: 'okx-01' })).toBe('warn')
    rig.change('coinbase-01', { from: 'subscribing', to: 'live' })
    rig.pass(20)
    expect(rig.lines.at(-1)?.fields['linesLeftOut']).toBe(2)
  })

  test('knows of the runs before, and what a crash cut off', async () => {
    const open = anIncident({ id: '1-2', state: 'open', endedMs: null, beganMs: 1_000 })
    const rig = new Rig([anIncident({ id: '1-1', beganMs: 500 }), open], {
      isUncleanStart: true,
      lastSeenMs: 1_800_000_000_000 - 3_000
    })
    await rig.desk.recall()
    rig.pass(1)
    expect(rig.shown()).toEqual(['2-1 open', '1-2 cut-off', '1-1 over'])
    expect(rig.stored.get('1-2')).toMatchObject({
      state: 'cut-off',
      endedMs: 1_800_000_000_000 - 3_000
    })
    expect(rig.stored.get('2-1')).toMatchObject({
      kind: 'engine',
      beganMs: 1_800_000_000_000 - 3_000
    })
  })

  test('shows the newest fifty, those that are open first of all', () => {
    const rig = new Rig()
    rig.change('bybit-01', { venue: 'bybit', reason: 'breaker' })
    for (let round = 0; round < 60; round += 1) {
      rig.lose('coinbase-01')
      rig.change('coinbase-01', { from: 'subscribing', to: 'live' })
      rig.pass(6)
    }
    const shown = rig.shown()
    expect([shown.length, shown.includes('2-1 open'), shown.includes('2-61 over')]).toEqual([
      50,
      true,
      true
    ])
    expect(shown).not.toContain('2-2 over')
  })

  test('answers with what is stored, as memory knows it', async () => {
    const rig = new Rig([anIncident({ id: '1-1', beganMs: 500 })])
    rig.lose('coinbase-01')
    expect(await rig.desk.answer(anywhere)).toMatchObject({
      incidents: [{ id: '1-1' }, { id: '2-1', state: 'open' }]
    })
    expect(await rig.desk.answer({ ...anywhere, limit: 1 })).toMatchObject({
      incidents: [{ id: '2-1' }]
    })
  })

  test('leaves an outage unfinished when the engine stops', () => {
    const rig = new Rig()
    rig.lose('coinbase-01')
    rig.pass(1)
    rig.desk.stop()
    expect(rig.stored.get('2-1')?.state).toBe('cut-off')
    expect(rig.lines.at(-1)).toMatchObject({
      event: 'incident-ended',
      fields: { state: 'cut-off' }
    })
  })
})
