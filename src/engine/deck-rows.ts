import type { DeckRow } from '../contracts/deck.ts'
import type { StatePublisher } from '../contracts/state-publisher.ts'
import type { LedgerRow, PriceRow, StateTables } from '../contracts/state-rows.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import type { TapeCursor } from './replay/tape-cursor.ts'

/** Puts what a deck shows into the tables of its stream; a row that is as it was is not told again. */
export class DeckRows {
  readonly #publisher: StatePublisher

  constructor(publisher: StatePublisher) {
    this.#publisher = publisher
  }

  /** Puts what is known of an instrument at the cursor. */
  putInstrument(cursor: TapeCursor, id: InstrumentId): void {
    this.#put('prices', priceRowAt(cursor, id))
    this.#put('ledger', ledgerRowAt(cursor, id))
  }

  /** Puts where the deck stands; the run's clock follows it. */
  putDeck(row: DeckRow): void {
    this.#put('deck', row)
    const { atMs, state, speed, pace } = row
    const known = this.#publisher.find('run', 'run')
    if (known === null) return
    const playing = speed === 'max' ? (pace ?? 0) : speed
    const clock = { runMs: atMs ?? 0, speed: state === 'playing' ? playing : 0 }
    if (known.clock.runMs === clock.runMs && known.clock.speed === clock.speed) return
    this.#publisher.put('run', { ...known, clock: { ...clock, wallMs: Date.now() } })
  }

  #put<Name extends 'prices' | 'ledger' | 'deck'>(table: Name, row: StateTables[Name]): void {
    const known = this.#publisher.find(table, row.id)
    if (JSON.stringify(known) !== JSON.stringify(row)) this.#publisher.put(table, row)
  }
}

/** It is never called live. */
function priceRowAt(cursor: TapeCursor, id: InstrumentId): PriceRow {
  const { prices } = cursor.day.replay
  const state = prices.price(id)
  const latest = state?.latest ?? null
  return {
    id,
    price: state?.price ?? null,
    size: latest?.size ?? null,
    side: latest?.side ?? null,
    bid: null,
    ask: null,
    eventMs: latest?.eventMs ?? null,
    receivedMs: latest?.receivedMs ?? null,
    freshness: latest === null ? 'none' : 'stale',
    open24h: null,
    high24h: null,
    low24h: null,
    volume24h: null,
    tradesPerMinute: prices.tradesLastMinute(id)
  }
}

function ledgerRowAt(cursor: TapeCursor, id: InstrumentId): LedgerRow {
  const none = { openGaps: 0, missingTrades: 0, lostGaps: 0, revision: 0 }
  return { id, ...(cursor.day.replay.ledger(id)?.figures(cursor.atMs) ?? none) }
}
