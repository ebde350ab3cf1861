import { onTestFinished } from 'vitest'
import { startBinanceServer, type BinanceServer } from '../../src/simulator/binance/server.ts'
import type { BinanceTuning } from '../../src/simulator/binance/tuning.ts'
import { FrameClient } from './frame-client.ts'
import { noFaults } from './no-faults.ts'
import { RecordedTruth } from './recorded-truth.ts'
import { aSimInstrument, StubMarket } from './stub-market.ts'

export type BinanceStand = {
  readonly market: StubMarket
  readonly truth: RecordedTruth
  readonly server: BinanceServer
  /** @param address What follows the port: `/ws` unless given. */
  readonly client: (address?: string) => Promise<FrameClient>
  /** Asks `/api/v3/…`. */
  readonly ask: (question: string) => Promise<Response>
}

/** A simulated Binance with BTC, ETH and a halted OLD, which ends with the running test. */
export async function binanceStand(tuning: Partial<BinanceTuning> = {}): Promise<BinanceStand> {
  const market = new StubMarket([
    aSimInstrument('binance-spot', 'BTC'),
    aSimInstrument('binance-spot', 'ETH', { priceDigits: 2, sizeDigits: 4 }),
    aSimInstrument('binance-spot', 'OLD', { trading: false })
  ])
  const truth = new RecordedTruth()
  const server = await startBinanceServer({ market, truth, faults: noFaults, port: 0, tuning })
  onTestFinished(() => server.close())
  const client = async (address = '/ws') => {
    const made = await FrameClient.open(server.restUrl.replace('http', 'ws') + address)
    onTestFinished(() => made.close())
    return made
  }
  const ask = (question: string) => fetch(`${server.restUrl}/api/v3/${question}`)
  return { market, truth, server, client, ask }
}
