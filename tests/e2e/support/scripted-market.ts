import type { Candle } from '../../../src/core/market/candle.ts'
import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import type { LedgerRange } from '../../../src/core/market/ledger/ledger-range.ts'
import { StatePublisher } from '../../../src/contracts/state-publisher.ts'
import type { Incident } from '../../../src/contracts/incident.ts'
import type { Query, QueryResult, StreamError } from '../../../src/contracts/state-stream.ts'
import { anIncident } from '../../support/an-incident.ts'
import { aCandle } from '../../support/candles.ts'
import {
  aConnectionRow,
  aHealthRow,
  anInstrumentRow,
  aPriceRow,
  aRunRow
} from '../../support/rows.ts'
import { aGap, aLedgerRow, aTile, tileOf } from '../../renderer/support/gaps.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
export const scripted = 'coinbase:BTC-USD'
const equity = 'eodhd:QLD'

type Stretch = { readonly from: number; readonly to: number; readonly gap: Partial<Gap> }

/** Minutes before now, [from, to), and what became of them. */
const stretches: readonly Stretch[] = [
  {
    from: 84,
    to: 81,
    gap: {
      state: 'refilled',
      cause: 'missing-ids',
      missedTrades: 41,
      source: 'trades',
      reason: null
    }
  },
  {
    from: 72,
    to: 62,
    gap: {
      state: 'refilled-candles',
      cause: 'not-running',
      missedTrades: 1_204,
      source: 'candles',
      reason: 'the venue keeps only its newest 1,000 trades'
    }
  },
  {
    from: 54,
    to: 45,
    gap: {
      state: 'lost',
      cause: 'store-full',
      missedTrades: 310,
      reason: 'the disk was full; the venue answered 404 for these trades'
    }
  },
  {
    from: 39.8,
    to: 39.6,
    gap: { state: 'lost', cause: 'missing-ids', missedTrades: 1, reason: 'not in the history' }
  },
  {
    from: 28,
    to: 22,
    gap: { state: 'unproven', cause: 'disconnected', missedTrades: null, firstId: null }
  },
  {
    from: 10,
    to: 6,
    gap: {
      state: 'open',
      cause: 'disconnected',
      missedTrades: 164,
      reason: 'closed by peer, code 1006'
    }
  }
]
const emptyStates: ReadonlySet<string | undefined> = new Set(['lost', 'unproven', 'open'])
/** Minutes before now in which nothing traded. */
const quiet = { from: 36, to: 32 } as const

/** One of each kind and state, the open one not the newest. */
function scriptedIncidents(nowMs: number): readonly Incident[] {
  const ago = (minutes: number) => nowMs - minutes * minuteMs
  return [
    anIncident({
      id: '2-4',
      beganMs: ago(3),
      endedMs: ago(3) + 80,
      lastFrameMs: ago(3) - 40,
      firstFrameMs: ago(3) + 80
    }),
    anIncident({
      ...{ id: '2-3', kind: 'venue', state: 'open', beganMs: ago(10), endedMs: null },
      ...{ recoverMs: null, firstFrameMs: null, lastFrameMs: ago(10) - 12, attempts: 61 },
      ...{ causeClass: 'refused', causeText: 'connect ECONNREFUSED', causeCode: null },
      connections: [...Array(67).keys()].map((at) => `coinbase-${String(at + 1).padStart(2, '0')}`),
      ...{ connectionCount: 67, instrumentCount: 1_000, missedTrades: 164, refilledTrades: 0 }
    }),
    anIncident({
      ...{ id: '2-2', kind: 'offline', venue: null, beganMs: ago(84), endedMs: ago(81) },
      ...{ recoverMs: 3 * minuteMs, causeClass: 'offline', causeText: 'ENOTFOUND' },
      ...{ causeCode: null, connectionCount: 24, instrumentCount: 326, attempts: 31 },
      ...{ missedTrades: 1_655, refilledTrades: 1_345, lostTrades: 310 }
    }),
    anIncident({
      ...{ id: '2-1', kind: 'engine', venue: null, beganMs: ago(90), endedMs: ago(90) + 2_400 },
      ...{ recoverMs: 2_400, causeClass: 'engine', causeCode: null },
      ...{ causeText: 'the engine ended without being asked to', connectionCount: 24 },
      ...{ instrumentCount: 326, missedTrades: 41, refilledTrades: 41 }
    }),
    anIncident({
      ...{ id: '1-9', state: 'cut-off', venue: 'eodhd', beganMs: ago(95), endedMs: ago(90) },
      ...{ recoverMs: null, firstFrameMs: null, missedTrades: 0, refilledTrades: 0 },
      ...{ causeClass: 'silence', causeText: 'no data for 60 s', causeCode: null }
    })
  ]
}

/** A desk on which every state of the ledger can be seen at once. */
export class ScriptedMarket {
  readonly publisher: StatePublisher
  readonly #nowMs: number
  gaps: readonly Gap[]

  constructor(nowMs: number) {
    this.#nowMs = Math.floor(nowMs / minuteMs) * minuteMs
    this.gaps = stretches.map(({ from, to, gap }, index) => {
      const firstId = 1_000 * (index + 1)
      const fromMs = this.#nowMs - from * minuteMs
      const toMs = this.#nowMs - to * minuteMs
      return aGap({ firstId, lastId: firstId + 11, fromMs, toMs, ...gap })
    })
    this.publisher = new StatePublisher({
      query: (query) => Promise.resolve(this.#answer(query)),
      retry: () => undefined
    })
    this.#fill(nowMs)
  }

  /** Close of the newest candle of the scripted instrument. */
  get close(): number {
    return this.#candles().at(-1)?.close ?? 0
  }

  /** Settles the open gap as a refill does: candles first, then the ledger. */
  refill(): void {
    const open = this.gaps.find(({ state }) => state === 'open')
    this.gaps = this.gaps.map((gap) =>
      gap === open ? { ...gap, state: 'refilled', source: 'trades' } : gap
    )
    for (const candle of this.#candles()) {
      if (candle.openMs >= (open?.fromMs ?? Infinity) && candle.openMs < (open?.toMs ?? 0)) {
        this.publisher.candle({ ...candle, revision: 1, state: 'refilled' })
      }
    }
    const row = { openGaps: 0, missingTrades: 0, lostGaps: 3, revision: 2 }
    this.publisher.put('ledger', aLedgerRow(row))
  }

  /** Lets the engine say what is wrong with it. */
  setProblems(...problems: readonly string[]): void {
    this.publisher.put(
      'health',
      aHealthRow({
        connections: { live: 2, total: 2 },
        instruments: { live: 7, total: 7 },
        missingTrades: 1_720,
        conflictingTrades: 1,
        handlerTimeouts: 0,
        handlerFaults: 0,
        problems
      })
    )
  }

  #fill(nowMs: number): void {
    const { publisher } = this
    const clock = { runMs: nowMs, wallMs: nowMs, speed: 1 }
    const startedMs = nowMs - 3 * hourMs
    publisher.put('run', aRunRow({ clock, startedMs, diagnostics: ['Scripted state.'] }))
    const symbols = ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD', 'DOGE-USD', 'LINK-USD']
    for (const [index, symbol] of symbols.entries()) {
      const id = `coinbase:${symbol}` as const
      const base = symbol.slice(0, -4)
      publisher.put('instruments', anInstrumentRow({ id, symbol, base }))
      const price = 640 / (index + 1)
      publisher.put(
        'prices',
        aPriceRow({ id, price, eventMs: nowMs, volume24h: 1e6 / (index + 1) })
      )
      publisher.put('ledger', aLedgerRow({ id }))
    }
    const lost = { openGaps: 1, missingTrades: 164, lostGaps: 3, revision: 1 }
    publisher.put('ledger', aLedgerRow(lost))
    publisher.put('ledger', aLedgerRow({ id: 'coinbase:SOL-USD', lostGaps: 1 }))
    publisher.put(
      'instruments',
      anInstrumentRow({
        id: equity,
        venue: 'eodhd',
        symbol: 'QLD',
        base: 'QLD',
        calendar: 'XNYS',
        connection: 'eodhd-01'
      })
    )
    publisher.put('prices', aPriceRow({ id: equity, price: 118.22, eventMs: nowMs }))
    publisher.put(
      'connections',
      aConnectionRow({
        sinceMs: nowMs - 6 * minuteMs,
        reconnects: 1,
        instruments: symbols.map((symbol) => `coinbase:${symbol}` as const),
        liveInstruments: 6,
        log: [
          { atMs: nowMs - 6 * minuteMs, text: 'live' },
          { atMs: nowMs - 10 * minuteMs, text: 'closed by peer, code 1006' }
        ]
      })
    )
    publisher.put(
      'connections',
      aConnectionRow({ id: 'eodhd-01', venue: 'eodhd', instruments: [equity] })
    )
    for (const incident of scriptedIncidents(nowMs)) this.publisher.put('incidents', incident)
    this.setProblems('The disk is nearly full: 1.2 GB are left.', 'The store is 4 s behind.')
  }

  #answer(query: Query): QueryResult | StreamError {
    switch (query.name) {
      case 'candles':
        return { name: 'candles', candles: this.#candlesFor(query), complete: true }
      case 'gaps':
        return { name: 'gaps', gaps: this.gaps }
      case 'ledger':
        return { name: 'ledger', ranges: this.#tiles(query.instrument) }
      case 'incidents':
        return { name: 'incidents', incidents: scriptedIncidents(this.#nowMs) }
      case 'trades':
        return { code: 'unavailable', message: 'no trades are scripted' }
    }
  }

  #candlesFor(query: Extract<Query, { name: 'candles' }>): readonly Candle[] {
    if (query.interval !== '1m') return []
    const candles = query.instrument === equity ? this.#equityCandles() : this.#candles()
    return candles.filter(
      ({ openMs }) =>
        (query.toMs === null || openMs < query.toMs) && !this.#isMissing(query, openMs)
    )
  }

  #isMissing({ instrument }: { readonly instrument: string }, openMs: number): boolean {
    if (instrument !== scripted) return false
    const minutes = (this.#nowMs - openMs) / minuteMs
    if (minutes <= quiet.from && minutes > quiet.to) return true
    return this.gaps.some(
      ({ state, fromMs, toMs }) =>
        emptyStates.has(state) && openMs >= (fromMs ?? 0) && openMs + minuteMs <= toMs
    )
  }

  #candles(): readonly Candle[] {
    return [...Array(181).keys()].map((index) =>
      this.#candle(this.#nowMs - (180 - index) * minuteMs, scripted)
    )
  }

  /** Two sessions of an hour with a closed night between them. */
  #equityCandles(): readonly Candle[] {
    const today = [...Array(60).keys()].map((index) => this.#nowMs - (59 - index) * minuteMs)
    const before = today.map((openMs) => openMs - 17 * hourMs)
    return [...before, ...today].map((openMs) => this.#candle(openMs, equity))
  }

  #candle(openMs: number, instrument: typeof scripted | typeof equity): Candle {
    const wave = (minute: number) => 640 + 6 * Math.sin(minute / 9) + 3 * Math.sin(minute / 2.3)
    const minute = openMs / minuteMs
    const [open, close] = [wave(minute), wave(minute + 1)]
    return aCandle({
      instrument,
      interval: '1m',
      openMs,
      closeMs: openMs + minuteMs,
      open,
      close,
      high: Math.max(open, close) + 0.8,
      low: Math.min(open, close) - 0.8,
      volume: 4 + 3 * Math.sin(minute / 3),
      final: openMs < this.#nowMs - minuteMs,
      state: 'complete'
    })
  }

  #tiles(instrument: string): readonly LedgerRange[] {
    const startMs = this.#nowMs - 20 * hourMs
    if (instrument === equity) {
      const opens = this.#nowMs - 59 * minuteMs
      const closes = opens - 16 * hourMs
      return [
        aTile({ fromMs: startMs, toMs: closes, state: 'unproven' }),
        aTile({ fromMs: closes, toMs: opens, state: 'closed' }),
        aTile({ fromMs: opens, toMs: this.#nowMs, state: 'unproven' })
      ]
    }
    const tiles: LedgerRange[] = []
    let fromMs = startMs
    for (const gap of instrument === scripted ? this.gaps : []) {
      tiles.push(aTile({ fromMs, toMs: gap.fromMs ?? fromMs }), tileOf(gap))
      fromMs = gap.toMs
    }
    const sealedMs = this.#nowMs - 2_000
    tiles.push(aTile({ fromMs, toMs: sealedMs }))
    return [...tiles, aTile({ fromMs: sealedMs, toMs: this.#nowMs + minuteMs, state: 'open' })]
  }
}
