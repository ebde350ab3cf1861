import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../../src/core/market/event.ts'
import type { InstrumentId } from '../../../../src/core/market/instrument.ts'
import type { LinkMark } from '../../../../src/core/market/ledger/link-mark.ts'
import { VenueError } from '../../../../src/core/venue-error.ts'
import type { Venue } from '../../../../src/venues/venue.ts'
import { BackfillRig, toyTrade } from '../../../support/backfill-rig.ts'
import { someToys, toyVenue } from '../../../support/toy-venue.ts'

/** A venue that tells its newest trade by REST only. */
function aTail(newest: (request: number) => Trade | VenueError | null): {
  readonly venue: Partial<Venue>
  readonly asked: { readonly id: InstrumentId; readonly limit: number | undefined }[]
} {
  const asked: { readonly id: InstrumentId; readonly limit: number | undefined }[] = []
  return {
    asked,
    venue: {
      tellsLastTrade: false,
      fetchRecentTrades: (...[, { id }, limit]) => {
        asked.push({ id, limit })
        const trade = newest(asked.length - 1)
        if (trade instanceof VenueError) return Promise.reject(trade)
        const trades = trade === null ? [] : [{ ...trade, instrument: id }]
        return Promise.resolve({ trades, unreadable: 0 })
      }
    }
  }
}

function up(rig: BackfillRig, instruments: readonly InstrumentId[], connection = 'toy-01'): void {
  rig.backfill.mark(aMark(rig, 'up', instruments, connection))
}

function aMark(
  rig: BackfillRig,
  state: LinkMark['state'],
  instruments: readonly InstrumentId[],
  connection: string
): LinkMark {
  const atMs = rig.clock.nowMs()
  const reason = state === 'up' ? null : 'cut'
  return { state, connection, instruments, atMs, lastFrameMs: atMs, reason }
}

describe('TailCheck (D4)', () => {
  test('asks for the newest trade after a subscription and announces it', async () => {
    const { venue, asked } = aTail(() => toyTrade(77))
    const rig = new BackfillRig(venue)
    await rig.start()
    up(rig, ['toy:A-USD'])
    await rig.pass(4_000)
    expect(asked).toEqual([{ id: 'toy:A-USD', limit: 1 }])
    expect(rig.anchors).toEqual([{ ...toyTrade(77), kind: 'anchor' }])
    expect(rig.backfill.figures().anchors).toBe(1)
    expect(rig.events).toMatchObject([{ kind: 'tail', instrument: 'toy:A-USD', id: 77 }])
    rig.backfill.close()
  })

  test('asks nothing where the feed showed a trade since', async () => {
    const { venue, asked } = aTail(() => toyTrade(77))
    const rig = new BackfillRig(venue)
    await rig.start()
    up(rig, ['toy:A-USD'])
    rig.lastTradeMs.set('toy:A-USD', rig.clock.nowMs() + 1_000)
    await rig.pass(10_000)
    expect(asked).toEqual([])
    rig.backfill.close()
  })

  test('asks within every 60 s of quiet', async () => {
    const { venue, asked } = aTail(() => toyTrade(77))
    const rig = new BackfillRig(venue)
    await rig.start()
    up(rig, ['toy:A-USD', 'toy:B-USD'])
    await rig.pass(10_000)
    expect(asked).toHaveLength(2)
    for (let minute = 1; minute <= 3; minute += 1) {
      rig.lastTradeMs.set('toy:B-USD', rig.clock.nowMs())
      await rig.pass(30_000)
      rig.lastTradeMs.set('toy:B-USD', rig.clock.nowMs())
      await rig.pass(30_000)
      expect(asked.slice(2)).toHaveLength(minute)
    }
    expect(new Set(asked.slice(2).map(({ id }) => id))).toEqual(new Set(['toy:A-USD']))
    rig.backfill.close()
  })

  test('asks about each of a hundred quiet instruments within every 60 s', async () => {
    const { venue, asked } = aTail(() => toyTrade(77))
    const toys = someToys(100)
    const limits = { ...toyVenue().limits, rest: { burst: 10, perSecond: 60 } }
    const rig = new BackfillRig({ ...venue, limits }, [], toys)
    await rig.start()
    const ids = toys.map(({ id }) => id)
    up(rig, ids)
    await rig.pass(20_000)
    const before = asked.length
    await rig.pass(60_000)
    expect(new Set(asked.slice(before).map(({ id }) => id)).size).toBe(100)
    rig.backfill.close()
  })

  test('gives the feed two seconds for a trade that REST knows sooner', async () => {
    const { venue } = aTail(() => toyTrade(77, { eventMs: rig.clock.nowMs() - 100 }))
    const rig: BackfillRig = new BackfillRig(venue)
    await rig.start()
    up(rig, ['toy:A-USD'])
    await rig.pass(4_750)
    expect(rig.anchors).toEqual([])
    await rig.pass(1_000)
    expect(rig.anchors).toHaveLength(1)
    rig.backfill.close()
  })

  test.each(['contiguous', 'unique'] as const)(
    'asks nothing of a venue with %s ids that tells its newest trade itself',
    async (tradeIds) => {
      const { venue, asked } = aTail(() => toyTrade(77))
      const rig = new BackfillRig({ ...venue, tradeIds, tellsLastTrade: true })
      await rig.start()
      up(rig, ['toy:A-USD'])
      await rig.pass(120_000)
      expect(asked).toEqual([])
      rig.backfill.close()
    }
  )

  test('asks nothing about what no link carries any more', async () => {
    const { venue, asked } = aTail(() => toyTrade(77))
    const rig = new BackfillRig(venue)
    await rig.start()
    up(rig, ['toy:A-USD', 'toy:B-USD'], 'toy-01')
    up(rig, ['toy:B-USD'], 'toy-02')
    rig.backfill.mark(aMark(rig, 'down', ['toy:A-USD', 'toy:B-USD'], 'toy-01'))
    await rig.pass(10_000)
    expect(asked.map(({ id }) => id)).toEqual(['toy:B-USD'])
    rig.backfill.close()
  })

  test('goes round all instruments, at half of the budget at most', async () => {
    const toys = someToys(40)
    const { venue, asked } = aTail(() => toyTrade(77))
    const rig = new BackfillRig(
      { ...venue, limits: { ...aLimit, rest: { burst: 5, perSecond: 2 } } },
      [],
      toys
    )
    await rig.start()
    up(
      rig,
      toys.map(({ id }) => id)
    )
    await rig.pass(23_000)
    expect(asked.length).toBeLessThanOrEqual(21)
    await rig.pass(22_000)
    expect(new Set(asked.map(({ id }) => id)).size).toBe(40)
    expect(asked).toHaveLength(40)
    rig.backfill.close()
  })

  test('believes no anchor from the future, of no size or of nothing', async () => {
    for (const lie of [
      toyTrade(77, { eventMs: 1_900_000_000_000 }),
      toyTrade(77, { size: 0 }),
      null
    ]) {
      const { venue, asked } = aTail(() => lie)
      const rig = new BackfillRig(venue)
      await rig.start()
      up(rig, ['toy:A-USD'])
      await rig.pass(10_000)
      expect(asked).toHaveLength(1)
      expect(rig.anchors).toEqual([])
      rig.backfill.close()
    }
  })

  test('tries again after a failure, and not at once', async () => {
    const failure = new VenueError('venue-unreachable', 'gone', { retry: 'after' })
    const { venue, asked } = aTail((request) => (request === 0 ? failure : toyTrade(77)))
    const rig = new BackfillRig(venue)
    await rig.start()
    up(rig, ['toy:A-USD'])
    await rig.pass(7_000)
    expect(asked).toHaveLength(1)
    await rig.pass(5_000)
    expect(rig.anchors).toHaveLength(1)
    rig.backfill.close()
  })

  test('leaves no timer when it is closed with an anchor held back', async () => {
    const { venue } = aTail(() => toyTrade(77, { eventMs: rig.clock.nowMs() }))
    const rig: BackfillRig = new BackfillRig(venue)
    await rig.start()
    up(rig, ['toy:A-USD'])
    await rig.pass(3_750)
    rig.backfill.close()
    expect(rig.clock.pending).toBe(0)
    await rig.pass(60_000)
    expect(rig.anchors).toEqual([])
  })
})

const aLimit: Venue['limits'] = {
  connects: { burst: 100, perSecond: 10, per5Minutes: null },
  messagesPerSecond: 50,
  rest: { burst: 5, perSecond: 5 },
  instrumentsPerConnection: { usual: 3, most: 10 },
  maxFrameBytes: 65_536
}
