import type { Trade } from '../src/core/market/event.ts'
import type { InstrumentId } from '../src/core/market/instrument.ts'
import { splitInstrumentId } from '../src/core/market/instrument.ts'
import type { StoreWriter } from '../src/engine/storage/store.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import { SeededMarket } from '../src/simulator/seeded-market.ts'

const hourMs = 3_600_000

/** When the hour begins, epoch ms. */
export const hourStartMs = 497_300 * hourMs

/** An hour of a venue as its seeded market trades it, at most so many trades, received 20 to 80 ms later. */
export function hourOf(venue: SimVenueId, most: number): Trade[] {
  let nowMs = hourStartMs
  const market = new SeededMarket({
    venues: [venue],
    seed: 7,
    rate: 1,
    clock: () => nowMs,
    startMs: hourStartMs
  })
  const trades: Trade[] = []
  let late = 1
  market.listen({
    trade: ({ instrument, id, textId, eventMs, price, size, takerSide }) => {
      late = (late * 48_271) % 2_147_483_647
      const receivedMs = Math.round(eventMs + 20 + (late / 2_147_483_647) ** 2 * 60)
      const name = venue === 'bybit-linear' ? textId : id
      const rest = { eventMs, receivedMs, price, size, side: takerSide }
      trades.push({ kind: 'trade', instrument, id: name, ...rest })
    }
  })
  while (nowMs < hourStartMs + hourMs && trades.length < most) {
    nowMs += 1_000
    while (!market.advance());
  }
  return trades.filter(({ eventMs }) => eventMs >= hourStartMs && eventMs < hourStartMs + hourMs)
}

/** Makes instruments known to a store. */
export async function registerTraded(
  writer: StoreWriter,
  ids: readonly InstrumentId[],
  tradeIds: 'contiguous' | 'unique' = 'contiguous'
): Promise<void> {
  await writer.registerInstruments(
    ids.map((id) => {
      const { venue, symbol } = splitInstrumentId(id)
      const [base = '', quote = ''] = symbol.split('-')
      const rest = { tickSize: null, lotSize: null, calendar: null, turnover24h: null }
      const instrument = { id, venue, symbol, venueSymbol: symbol, base, quote, ...rest }
      return {
        instrument: { ...instrument, status: 'trading' },
        ...{ tradeIds, session: null, graceMs: 2_000 }
      } as const
    })
  )
}
