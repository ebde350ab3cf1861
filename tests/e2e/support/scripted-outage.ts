import type { ConnectionRow } from '../../../src/contracts/state-rows.ts'
import { aGap, aLedgerRow } from '../../renderer/support/gaps.ts'
import { anIncident } from '../../support/an-incident.ts'
import {
  aConnectionRow,
  aHealthRow,
  anInstrumentRow,
  aPriceRow,
  aRunRow
} from '../../support/rows.ts'
import { scripted, ScriptedMarket } from './scripted-market.ts'

const hourMs = 3_600_000
const symbols = ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD', 'DOGE-USD', 'LINK-USD'] as const
const ids = symbols.map((symbol) => `coinbase:${symbol}` as const)
type ScriptedId = (typeof ids)[number] | 'eodhd:QLD'
const liveTotals = { connections: { live: 2, total: 2 }, instruments: { live: 7, total: 7 } }

/** A desk to which outages happen, one at a time. */
export class ScriptedOutage extends ScriptedMarket {
  readonly #nowMs: number

  constructor(nowMs: number) {
    super(nowMs)
    this.#nowMs = nowMs
    this.gaps = []
    const { publisher } = this
    for (const { id } of [...publisher.rows('incidents')]) publisher.remove('incidents', id)
    for (const id of ids) publisher.put('ledger', aLedgerRow({ id }))
    for (const row of [...publisher.rows('prices')]) {
      const price = row.id === scripted ? this.close : (row.price ?? 1)
      const day = { open24h: price * 0.99, high24h: price * 1.02, low24h: price * 0.98 }
      publisher.put('prices', { ...row, ...day, price })
    }
    for (const row of [...publisher.rows('connections')]) {
      const times = { sinceMs: nowMs - hourMs, lastDataMs: nowMs, lastHeartbeatMs: nowMs }
      publisher.put('connections', { ...row, ...times, reconnects: 0, log: [] })
    }
    publisher.put('health', aHealthRow(liveTotals))
  }

  /** A short reset of one connection, over, with what it cost. */
  resetOne(): void {
    const beganMs = this.#nowMs - 90_000
    const gap = { cause: 'disconnected', missedTrades: 41, source: 'trades', reason: null } as const
    this.gaps = [aGap({ fromMs: beganMs, toMs: beganMs + 371, state: 'refilled', ...gap })]
    this.publisher.put('ledger', aLedgerRow({ revision: 1 }))
    const fields = { beganMs, endedMs: beganMs + 371, recoverMs: 371, lastFrameMs: beganMs - 4 }
    const trades = { missedTrades: 41, refilledTrades: 41, lostTrades: 0 }
    this.publisher.put(
      'incidents',
      anIncident({ id: '3-1', ...fields, firstFrameMs: beganMs + 371, ...trades })
    )
  }

  /** The share's market is closed until Monday, 14:30 UTC. */
  closeMarket(): void {
    const opensMs = nextMonday(this.#nowMs) + 14.5 * hourMs
    const clock = { runMs: this.#nowMs, wallMs: this.#nowMs, speed: 1 }
    const market = { calendar: 'XNYS', state: 'closed', nextChangeMs: opensMs } as const
    const startedMs = this.#nowMs - hourMs
    this.publisher.put('run', aRunRow({ clock, startedMs, markets: [market] }))
    const closed = { eventMs: this.#nowMs - 2 * hourMs, freshness: 'closed' } as const
    this.publisher.put('prices', aPriceRow({ id: 'eodhd:QLD', price: 118.22, ...closed }))
    this.publisher.put('connections', {
      ...aConnectionRow({ id: 'eodhd-01', venue: 'eodhd', instruments: ['eodhd:QLD'] }),
      ...this.#waiting('market', opensMs - 60_000 - this.#nowMs, 2 * hourMs)
    })
    const connections = { live: 1, total: 2 }
    const instruments = { live: 6, total: 7 }
    this.publisher.put('health', aHealthRow({ connections, instruments }))
  }

  /** All connections of a venue are held back; one of them asks whether it is back. */
  loseVenue(): void {
    const sinceMs = this.#nowMs - 42_000
    for (const at of [1, 2, 3]) {
      const id = `coinbase-0${at}`
      const instruments = ids.slice(2 * at - 2, 2 * at)
      for (const instrument of instruments) {
        const symbol = instrument.slice('coinbase:'.length)
        const base = symbol.slice(0, -4)
        this.publisher.put(
          'instruments',
          anInstrumentRow({ id: instrument, symbol, base, connection: id })
        )
        this.#stale(instrument, sinceMs)
      }
      const log = [{ atMs: sinceMs, text: 'ended (refused): connect ECONNREFUSED' }]
      const fields = { id, instruments, attempt: 3, downSinceMs: sinceMs, log }
      this.publisher.put('connections', {
        ...aConnectionRow(fields),
        ...this.#waiting('breaker', 4_000, 42_000)
      })
    }
    this.publisher.put(
      'incidents',
      anIncident({
        ...{ id: '3-2', kind: 'venue', state: 'open', beganMs: sinceMs, endedMs: null },
        ...{ recoverMs: null, firstFrameMs: null, lastFrameMs: sinceMs - 12, attempts: 9 },
        ...{ causeClass: 'refused', causeText: 'connect ECONNREFUSED', causeCode: null },
        ...{ connections: ['coinbase-01', 'coinbase-02', 'coinbase-03'], connectionCount: 3 },
        ...{ instruments: ids, instrumentCount: 6, missedTrades: 0, refilledTrades: 0 }
      })
    )
    this.publisher.put(
      'health',
      aHealthRow({
        ...{ status: 'degraded', coveragePercent: 14.3, messagesPerSecond: 3 },
        ...{ connections: { live: 1, total: 4 }, instruments: { live: 1, total: 7 } }
      })
    )
  }

  /** One link is open and brings nothing; so does one instrument of it alone. */
  silence(): void {
    const sinceMs = this.#nowMs - 9_000
    for (const id of ids) this.#stale(id, sinceMs)
    const log = [{ atMs: sinceMs, text: 'silent: no trade for 24 of its usual rests' }]
    this.publisher.put('connections', {
      ...aConnectionRow({ instruments: ids, log, downSinceMs: sinceMs }),
      ...{ state: 'stalled', sinceMs, liveInstruments: 0, messagesPerSecond: 0 },
      ...{ lastDataMs: sinceMs, lastHeartbeatMs: this.#nowMs }
    })
    this.publisher.put(
      'health',
      aHealthRow({
        ...{ status: 'degraded', coveragePercent: 14.3 },
        ...{ connections: { live: 1, total: 2 }, instruments: { live: 1, total: 7 } }
      })
    )
  }

  /** The host tells that its engine is gone, and why. */
  loseEngine(): void {
    const rows: readonly ConnectionRow[] = [...this.publisher.rows('connections')]
    for (const row of rows) {
      const gone = { state: 'closed', reason: 'engine not running', liveInstruments: 0 } as const
      this.publisher.put('connections', { ...row, ...gone, messagesPerSecond: 0 })
    }
    for (const id of ids) this.#stale(id, this.#nowMs)
    this.#stale('eodhd:QLD', this.#nowMs)
    this.publisher.put(
      'health',
      aHealthRow({
        ...{ status: 'down', coveragePercent: 0, messagesPerSecond: 0 },
        ...{ connections: { live: 0, total: 2 }, instruments: { live: 0, total: 7 } },
        problems: ['The engine ended (out of memory); starting again in 2 s']
      })
    )
  }

  /** Everything is back, and it is known what it cost. */
  recover(): void {
    const beganMs = this.#nowMs - 8_200
    for (const row of [...this.publisher.rows('connections')]) {
      const live = { state: 'live', reason: null, liveInstruments: row.instruments.length } as const
      this.publisher.put('connections', { ...row, ...live, messagesPerSecond: 70 })
    }
    for (const id of ids) this.#put(id, 'live', this.#nowMs)
    this.#put('eodhd:QLD', 'live', this.#nowMs)
    this.publisher.put('health', aHealthRow({ ...liveTotals, uptimeMs: 6_000 }))
    this.publisher.put(
      'incidents',
      anIncident({
        ...{ id: '4-1', kind: 'engine', venue: null, beganMs, endedMs: beganMs + 4_300 },
        ...{ recoverMs: 4_300, causeClass: 'engine', causeText: 'out of memory', causeCode: null },
        ...{ connections: ['coinbase-01', 'eodhd-01'], connectionCount: 2, instruments: ids },
        ...{ instrumentCount: 7, attempts: 2, missedTrades: 212, refilledTrades: 212 }
      })
    )
  }

  #waiting(reason: string, inMs: number, forMs: number): Partial<ConnectionRow> {
    return {
      ...{ state: 'waiting', reason, sinceMs: this.#nowMs - forMs },
      ...{ nextAttemptMs: this.#nowMs + inMs, liveInstruments: 0, messagesPerSecond: 0 },
      ...{ latencyP50Ms: null, latencyP99Ms: null },
      ...{ lastDataMs: this.#nowMs - forMs, lastHeartbeatMs: this.#nowMs - forMs }
    }
  }

  #stale(id: ScriptedId, eventMs: number): void {
    this.#put(id, 'stale', eventMs)
  }

  #put(id: ScriptedId, freshness: 'live' | 'stale', eventMs: number): void {
    const row = this.publisher.find('prices', id) ?? aPriceRow({ id })
    this.publisher.put('prices', { ...row, freshness, eventMs })
  }
}

/** Midnight UTC of the first Monday after a moment. */
function nextMonday(nowMs: number): number {
  const dayMs = 24 * hourMs
  const today = Math.floor(nowMs / dayMs)
  // Day 0 of the epoch was a Thursday.
  const weekday = (today + 3) % 7
  return (today + 7 - weekday) * dayMs
}
