import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MarketEvent } from '../../src/core/market/event.ts'
import type { Instrument } from '../../src/core/market/instrument.ts'
import { findVenue, venues } from '../../src/venues/registry.ts'
import { VenueError } from '../../src/core/venue-error.ts'
import type { ParsedFrame, VenueRequest } from '../../src/venues/venue.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { scriptedRest } from '../support/scripted-rest.ts'
import { anyBytes } from '../support/wrong-values.ts'
import { receivedMs } from './venue-case.ts'
import { venueCases } from './venue-cases.ts'

describe('registry', () => {
  test('has a contract case for every venue and no two venues of one id', () => {
    const ids = venues.map(({ id }) => id)
    expect(venueCases.map(({ venue }) => venue.id).sort()).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(ids.length)
    for (const venue of venues) expect(findVenue(venue.id)).toBe(venue)
    expect(findVenue('nowhere')).toBeNull()
  })
})

describe.each(venueCases)('$venue.id keeps the contract', ({ venue, instruments, frames }) => {
  test('names itself and its addresses without a trailing slash', () => {
    expect(venue.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(venue.name).not.toBe('')
    expect(venue.endpoints.wsUrl).toMatch(/^wss:\/\/[^?#]*[^/?#]$/)
    expect(venue.endpoints.restUrl).toMatch(/^https:\/\/[^?#]*[^/?#]$/)
  })

  test('opens the address it is given, with a key where it needs one', () => {
    for (const key of venue.needsKey ? ['secret'] : [null, 'secret']) {
      const url = new URL(venue.connectUrl('ws://127.0.0.1:5001/feed', key))
      expect(url.host).toBe('127.0.0.1:5001')
      expect(url.pathname).toMatch(/^\/feed/)
    }
    const connect = () => venue.connectUrl('ws://127.0.0.1:5001/feed', null)
    if (venue.needsKey) expect(connect).toThrow(VenueError)
  })

  test('assumes of a symbol what its parser understands, or nothing', () => {
    const assumed = instruments.flatMap((known) => {
      const one = venue.assumeInstrument?.(known.symbol) ?? null
      return one === null ? [] : [{ known, one }]
    })
    expect(assumed.length > 0).toBe(venue.assumeInstrument !== undefined)
    for (const { known, one } of assumed) {
      const { id, venueSymbol, base, quote } = known
      expect(one).toMatchObject({ id, venue: venue.id, venueSymbol, base, quote })
    }
    for (const odd of ['', '-', 'A-', '-B', 'A B', 'A:B,C']) {
      expect([null, odd]).toContain(venue.assumeInstrument?.(odd)?.symbol ?? null)
    }
  })

  test('has limits that allow something', () => {
    const { connects, instrumentsPerConnection: perConnection, rest } = venue.limits
    expect(
      Math.min(connects.burst, connects.perSecond, rest.burst, rest.perSecond)
    ).toBeGreaterThan(0)
    expect(connects.per5Minutes ?? Infinity).toBeGreaterThanOrEqual(connects.burst)
    expect(venue.limits.messagesPerSecond).toBeGreaterThan(0)
    expect(perConnection.usual).toBeGreaterThanOrEqual(1)
    expect(perConnection.most).toBeGreaterThanOrEqual(perConnection.usual)
    expect(venue.limits.maxFrameBytes).toBeGreaterThanOrEqual(65_536)
    expect(venue.graceMs).toBeGreaterThan(0)
  })

  test('subscribes every instrument exactly once, in order, and unsubscribes alike', () => {
    const { usual, most } = venue.limits.instrumentsPerConnection
    for (const count of [0, 1, 2, usual, most]) {
      const chosen = manyInstruments(venue.id, count)
      for (const ask of ['subscribe', 'unsubscribe'] as const) {
        const requests = venue[ask](chosen, 7)
        expect(requests.flatMap((request) => request.instruments)).toEqual(
          chosen.map(({ id }) => id)
        )
        for (const request of requests) expectSendable(request, chosen)
        expectRequestIds(requests, venue.acknowledges)
      }
    }
  })

  test('pings with a frame of its own each time, if at all', () => {
    const { keepAlive } = venue
    const pings = keepAlive === null ? ['1', '2'] : [keepAlive.frame(1), keepAlive.frame(2)]
    expect(new Set(pings).size).toBe(2)
    expect(keepAlive?.everyMs ?? 1).toBeGreaterThan(0)
  })

  test('reads each documented frame as its page says', () => {
    const parser = venue.createParser(instruments, 'contract')
    for (const { name, page, frame, expected } of frames) {
      const parsed = parser.parse(Buffer.from(frame), receivedMs)
      expect({ name, page, parsed }).toEqual({ name, page, parsed: expected })
      expectSane(parsed, instruments)
    }
  })

  test('says nothing of instruments it does not expect', () => {
    const parser = venue.createParser([], 'contract')
    for (const { name, frame } of frames) {
      const parsed = parser.parse(Buffer.from(frame), receivedMs)
      const told = parsed.kind === 'events' ? parsed.events : []
      expect({ name, told: told.filter(({ instrument }) => instrument !== null) }).toEqual({
        name,
        told: []
      })
    }
  })

  test('reads an instrument from when it is expected to when it is not', () => {
    const parser = venue.createParser([], 'contract')
    const tell = () =>
      frames
        .map(({ frame }) => parser.parse(Buffer.from(frame), receivedMs))
        .flatMap((parsed) => (parsed.kind === 'events' ? parsed.events : []))
        .filter(({ instrument }) => instrument !== null).length
    parser.expect?.(instruments)
    expect(tell() > 0).toBe(parser.expect !== undefined)
    parser.expect?.([])
    expect(tell()).toBe(0)
  })

  test('quarantines what is no JSON object', () => {
    const parser = venue.createParser(instruments, 'contract')
    const texts = [
      '',
      ' ',
      'null',
      '1',
      '"text"',
      '[]',
      '{',
      '{}{}',
      '\uFEFF{}',
      '[1e400]',
      'undefined'
    ]
    for (const text of [...texts, '['.repeat(1_000_000), '[{"a":'.repeat(100_000)]) {
      const { kind } = parser.parse(Buffer.from(text), receivedMs)
      expect({ text: text.slice(0, 20), kind }).toEqual({
        text: text.slice(0, 20),
        kind: 'rejected'
      })
    }
  })

  test('never throws and never lets a senseless number through, whatever the bytes', () => {
    const parser = venue.createParser(instruments, 'contract')
    const prototype = Object.getOwnPropertyNames(Object.prototype).sort()
    const documented = frames.map(({ frame }) => frame)
    fc.assert(
      fc.property(anyBytes(documented), (bytes) => {
        expectSane(parser.parse(bytes, receivedMs), instruments)
      }),
      { numRuns: 12_000 }
    )
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototype)
  })

  test('asks nothing for an interval or for trades it cannot serve', async () => {
    const rest = scriptedRest(() => null, 'key')
    const [instrument] = instruments
    if (instrument === undefined) throw new Error('a case needs an instrument')
    const request = { instrument, interval: '7m', fromMs: 0, toMs: 420_000 }
    expect(await venue.fetchCandles(rest.context, request)).toBeNull()
    expect(await venue.fetchCandles(rest.context, { ...request, interval: '100t' })).toBeNull()
    if (venue.tradeIds !== 'contiguous') {
      const range = { fromId: 1, toId: 2 }
      expect(await venue.fetchTradesById(rest.context, instrument, range)).toBeNull()
    }
    expect(rest.asked).toEqual([])
  })

  test('fails with a venue error where nothing can be had', async () => {
    const { context } = scriptedRest(() => ({ body: { unexpected: true } }), 'key')
    await expect(venue.discover(context)).rejects.toBeInstanceOf(VenueError)
    await expect(venue.fetchTimeMs(context)).rejects.toBeInstanceOf(VenueError)
  })
})

function manyInstruments(venue: string, count: number): readonly Instrument[] {
  return Array.from(Array(count).keys(), (index) =>
    anInstrument({ venue, symbol: `COIN${index}-USDT`, venueSymbol: `COIN${index}USDT` })
  )
}

function expectSendable(request: VenueRequest, chosen: readonly Instrument[]): void {
  expect(typeof JSON.parse(request.frame)).toBe('object')
  expect(request.instruments.length).toBeGreaterThan(0)
  const asked = request.frame.toUpperCase()
  for (const { id, venueSymbol } of chosen) {
    if (request.instruments.includes(id)) expect(asked).toContain(venueSymbol.toUpperCase())
  }
}

function expectRequestIds(
  requests: readonly VenueRequest[],
  acknowledges: 'list' | 'request' | 'none'
): void {
  const ids = requests.map(({ requestId }) => requestId).filter((id) => id !== null)
  expect(new Set(ids).size).toBe(acknowledges === 'request' ? requests.length : ids.length)
}

/** No event may carry a number that means nothing, name a stranger or come from nowhere. */
function expectSane(parsed: ParsedFrame, instruments: readonly Instrument[]): void {
  if (parsed.kind === 'rejected' && parsed.reason === '')
    throw new Error('rejected without a reason')
  if (parsed.kind !== 'events') return
  for (const event of parsed.events) {
    const problem = problemOf(event, instruments)
    if (problem !== null) throw new Error(`${problem}: ${JSON.stringify(event)}`)
  }
}

function problemOf(event: MarketEvent, instruments: readonly Instrument[]): string | null {
  const { instrument } = event
  if (instrument !== null && !instruments.some(({ id }) => id === instrument)) return 'a stranger'
  if (event.receivedMs !== receivedMs) return 'another receive time'
  for (const [field, value] of Object.entries<unknown>(event)) {
    if (typeof value === 'number' && !Number.isFinite(value)) return `${field} is not finite`
    if (value === undefined) return `${field} is missing`
  }
  switch (event.kind) {
    case 'trade':
    case 'anchor':
      if (typeof event.id === 'number' && !Number.isSafeInteger(event.id)) return 'id is not safe'
      if (event.id === '') return 'id is empty'
      return event.price > 0 && event.size > 0 ? null : 'price or size is not above 0'
    case 'liquidation':
      return event.price > 0 && event.size > 0 ? null : 'price or size is not above 0'
    case 'quote':
      return [event.bid, event.bidSize, event.ask, event.askSize].every(
        (value) => value === null || value > 0
      )
        ? null
        : 'a quote of 0 or less'
    case 'statistics':
      return [event.open24h, event.high24h, event.low24h].every(
        (value) => value === null || value > 0
      ) && (event.volume24h ?? 0) >= 0
        ? null
        : 'figures of 0 or less'
    case 'heartbeat':
      return Number.isSafeInteger(event.lastTradeId ?? 0) ? null : 'id is not safe'
  }
}
