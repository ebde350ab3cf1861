import CcxtBinance from '../../node_modules/ccxt/js/src/pro/binance.js'
import CcxtBybit from '../../node_modules/ccxt/js/src/pro/bybit.js'
import CcxtCoinbase from '../../node_modules/ccxt/js/src/pro/coinbaseexchange.js'
import { ExchangeClosedByUser } from '../../node_modules/ccxt/js/src/base/errors.js'
import { describe, expect, test } from 'vitest'
import { startBinanceServer } from '../../src/simulator/binance/server.ts'
import { startBybitServer } from '../../src/simulator/bybit/server.ts'
import { startCoinbaseServer } from '../../src/simulator/coinbase/server.ts'
import type { SimFaults, SimInstrument, SimTrade } from '../../src/simulator/market.ts'
import { noFaults } from '../support/no-faults.ts'
import { RecordedTruth } from '../support/recorded-truth.ts'
import { sampleTape } from '../support/sample-tape.ts'
import { aSimInstrument, StubMarket } from '../support/stub-market.ts'
import { until } from '../support/until.ts'

/** What both sides are compared by; every field as both can say it exactly. */
type Row = {
  readonly symbol: string
  readonly id: string
  readonly price: number
  readonly size: number
  readonly side: string
  readonly ms: number
}
type CcxtTrade = {
  readonly id?: string | undefined
  readonly price: number | undefined
  readonly amount?: number | undefined
  readonly side: string | undefined
  readonly timestamp: number | undefined
}
/** The little that both clients share. */
type CcxtClient = {
  newUpdates: boolean
  loadHttpProxyAgent(): Promise<unknown>
  loadMarkets(): Promise<unknown>
  watchTrades(symbol: string): Promise<CcxtTrade[]>
  close(): Promise<unknown>
}

function bases(): string[] {
  return ['BTC', 'ETH', 'SOL', 'DOGE', 'SHIB']
}

/** @throws what went wrong, unless the test itself closed the client. */
function whenClosed(error: unknown): null {
  if (error instanceof ExchangeClosedByUser) return null
  throw error
}

/** Watches until closed: each call gives what came since the one before. */
async function watch(client: CcxtClient, symbol: string, rows: Map<string, Row>): Promise<void> {
  for (;;) {
    const trades = await client.watchTrades(symbol).catch(whenClosed)
    if (trades === null) return
    for (const trade of trades) {
      rows.set(`${symbol} ${trade.id ?? ''}`, {
        symbol,
        id: trade.id ?? '',
        price: trade.price ?? Number.NaN,
        size: trade.amount ?? Number.NaN,
        side: trade.side ?? '',
        ms: trade.timestamp ?? Number.NaN
      })
    }
  }
}

function truthRows(
  trades: readonly SimTrade[],
  symbolOf: (instrument: string) => string,
  idOf: (trade: SimTrade) => string
): Row[] {
  return trades.map((trade) => ({
    symbol: symbolOf(trade.instrument),
    id: idOf(trade),
    price: trade.price,
    size: trade.size,
    side: trade.takerSide,
    ms: Math.floor(trade.eventMs)
  }))
}

function byId(left: Row, right: Row): number {
  return `${left.symbol} ${left.id}` < `${right.symbol} ${right.id}` ? -1 : 1
}

type Run = {
  readonly client: CcxtClient
  readonly market: StubMarket
  readonly truth: RecordedTruth
  readonly instruments: readonly SimInstrument[]
  readonly symbols: readonly string[]
}

/** Lets the client watch all symbols while the market trades, a few trades a turn. */
async function receiveAll({ client, market, truth, instruments, symbols }: Run): Promise<Row[]> {
  client.newUpdates = true
  await client.loadHttpProxyAgent()
  await client.loadMarkets()
  const rows = new Map<string, Row>()
  const failures: unknown[] = []
  const watches = symbols.map((symbol) =>
    watch(client, symbol, rows).catch((error: unknown) => failures.push(error))
  )
  const subscribed = () => truth.events.length === symbols.length
  await until(() => subscribed() || failures.length > 0, 'every subscription')
  const tape = sampleTape(instruments, 500)
  for (let at = 0; at < tape.length; at += 4) {
    for (const trade of tape.slice(at, at + 4)) market.emit(trade)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const received = () => rows.size >= truth.sentTrades.length
  await until(() => received() || failures.length > 0, 'every trade')
  await client.close()
  await Promise.all(watches)
  expect(failures).toEqual([])
  return [...rows.values()].sort(byId)
}

describe('the streaming client of ccxt for Coinbase Exchange', () => {
  const instruments = bases().map((base) => aSimInstrument('coinbase', base))
  const symbols = instruments.map(({ base }) => `${base}/USD`)
  const symbolOf = (id: string) => id.replace('coinbase:', '').replace('-', '/')

  async function run(faults: SimFaults): Promise<{ rows: Row[]; truth: Row[] }> {
    const market = new StubMarket(instruments)
    const truth = new RecordedTruth()
    const server = await startCoinbaseServer({ market, truth, faults, port: 0 })
    const client = new CcxtCoinbase()
    client.urls['api'] = { public: server.restUrl, private: server.restUrl, ws: server.wsUrl }
    try {
      const rows = await receiveAll({ client, market, truth, instruments, symbols })
      const sent = truth.sentTrades.map(({ trade }) => trade)
      const idOf = (trade: SimTrade) => String(trade.id)
      return { rows, truth: truthRows(sent, symbolOf, idOf).sort(byId) }
    } finally {
      await server.close()
    }
  }

  test('receives every trade with id, time, price, size and taker side', async () => {
    const { rows, truth } = await run(noFaults)
    expect(truth).toHaveLength(500)
    expect(rows).toEqual(truth)
  })

  test('lacks what a fault took, and the truth lacks it too', async () => {
    let asked = 0
    const everyHundredth: SimFaults = {
      ...noFaults,
      onSend(...frame) {
        const [, , instrument] = frame
        if (instrument === null) return 'send'
        asked += 1
        return asked % 100 === 0 ? 'drop' : 'send'
      }
    }
    const { rows, truth } = await run(everyHundredth)
    expect(truth).toHaveLength(495)
    expect(rows).toEqual(truth)
  })
})

describe('the streaming client of ccxt for Bybit', () => {
  test.each(['spot', 'linear'] as const)(
    'receives every %s trade with id, time, price, size and taker side',
    async (category) => {
      const instruments = bases().map((base) => aSimInstrument(`bybit-${category}`, base))
      const market = new StubMarket(instruments)
      const truth = new RecordedTruth()
      const server = await startBybitServer({ market, truth, faults: noFaults, port: 0, category })
      const client = new CcxtBybit()
      client.urls['api'] = {
        public: server.restUrl,
        private: server.restUrl,
        ws: { public: { [category]: server.wsUrl } }
      }
      try {
        const tail = category === 'spot' ? '' : ':USDT'
        const symbols = instruments.map(({ base }) => `${base}/USDT${tail}`)
        const rows = await receiveAll({ client, market, truth, instruments, symbols })
        const sent = truth.sentTrades.map(({ trade }) => trade)
        const symbolOf = (id: string) => id.replace(/^[^:]+:/, '').replace('-', '/') + tail
        expect(sent).toHaveLength(500)
        expect(rows).toEqual(truthRows(sent, symbolOf, (trade) => trade.textId).sort(byId))
      } finally {
        await server.close()
      }
    }
  )
})

describe('the streaming client of ccxt for Binance', () => {
  test('receives every spot trade with id, time, price, size and taker side', async () => {
    const instruments = bases().map((base) => aSimInstrument('binance-spot', base))
    const market = new StubMarket(instruments)
    const truth = new RecordedTruth()
    const server = await startBinanceServer({ market, truth, faults: noFaults, port: 0 })
    const client = new CcxtBinance({ options: { fetchMarkets: { types: ['spot'] } } })
    client.urls['api'] = { public: `${server.restUrl}/api/v3`, ws: { spot: server.wsUrl } }
    try {
      const symbols = instruments.map(({ base }) => `${base}/USDT`)
      const rows = await receiveAll({ client, market, truth, instruments, symbols })
      const sent = truth.sentTrades.map(({ trade }) => trade)
      const symbolOf = (id: string) => id.replace('binance-spot:', '').replace('-', '/')
      expect(sent).toHaveLength(500)
      expect(rows).toEqual(truthRows(sent, symbolOf, ({ id }) => String(id)).sort(byId))
    } finally {
      await server.close()
    }
  })
})
