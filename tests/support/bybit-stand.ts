import { onTestFinished } from 'vitest'
import type { BybitCategory } from '../../src/simulator/bybit/category.ts'
import { startBybitServer } from '../../src/simulator/bybit/server.ts'
import type { BybitTuning } from '../../src/simulator/bybit/tuning.ts'
import type { LimitedVenueServer } from '../../src/simulator/http/breaches.ts'
import { FrameClient } from './frame-client.ts'
import { noFaults } from './no-faults.ts'
import { RecordedTruth } from './recorded-truth.ts'
import { aSimInstrument, StubMarket } from './stub-market.ts'

export type BybitStand = {
  readonly market: StubMarket
  readonly truth: RecordedTruth
  readonly server: LimitedVenueServer
  readonly client: () => Promise<FrameClient>
}

/** A simulated Bybit with BTC and ETH in both categories, which ends with the running test. */
export async function bybitStand(
  category: BybitCategory,
  tuning: Partial<BybitTuning> = {}
): Promise<BybitStand> {
  const market = new StubMarket([
    aSimInstrument('bybit-linear', 'BTC', { sizeDigits: 3 }),
    aSimInstrument('bybit-linear', 'ETH'),
    aSimInstrument('bybit-spot', 'BTC'),
    aSimInstrument('bybit-spot', 'ETH')
  ])
  const truth = new RecordedTruth()
  const server = await startBybitServer({
    market,
    truth,
    faults: noFaults,
    port: 0,
    category,
    tuning
  })
  onTestFinished(() => server.close())
  const client = async () => {
    const made = await FrameClient.open(server.wsUrl)
    onTestFinished(() => made.close())
    return made
  }
  return { market, truth, server, client }
}
