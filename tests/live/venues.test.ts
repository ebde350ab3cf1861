import { afterEach, describe, expect, test } from 'vitest'
import { ReceiveQueue } from '../../src/engine/collector/receive-queue.ts'
import type { Instrument } from '../../src/core/market/instrument.ts'
import type { MarketEvent } from '../../src/core/market/event.ts'
import { seededRandom } from '../../src/core/market/random.ts'
import { systemClock } from '../../src/engine/collector/clock.ts'
import { createCollector, type Collector } from '../../src/engine/collector/collector.ts'
import { wsSockets } from '../../src/engine/collector/ws-socket.ts'
import { venues } from '../../src/venues/registry.ts'
import { until } from '../support/until.ts'

const majors: Readonly<Record<string, string>> = {
  coinbase: 'BTC-USD',
  'bybit-spot': 'BTC-USDT',
  'bybit-linear': 'BTC-USDT',
  'binance-spot': 'BTC-USDT'
}

let collector: Collector | null = null
afterEach(() => collector?.stop())

describe.each(venues.filter(({ needsKey }) => !needsKey))('the real $id', (venue) => {
  test('lists its instruments, sends trades, and nothing that cannot be read', async () => {
    const symbol = majors[venue.id] ?? ''
    const events: MarketEvent[] = []
    const listed: Instrument[] = []
    const started = createCollector({
      venue,
      endpoints: venue.endpoints,
      apiKey: null,
      selection: [symbol],
      priority: [],
      perConnection: null,
      lifetimeMs: null,
      userAgent: 'tapedeck/live-test',
      clock: systemClock(),
      random: seededRandom(1),
      sockets: wsSockets,
      received: new ReceiveQueue(1),
      cache: null,
      marketHours: null,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      onEvents: (...[, received]) => void events.push(...received),
      onLink: quiet,
      onConnectionChanged: quiet,
      onInstrumentsChanged: (instruments) => void listed.push(...instruments)
    })
    collector = started
    started.start()
    await until(() => events.some(({ kind }) => kind === 'trade'), 'a trade', 45_000)
    expect(listed.map((instrument) => instrument.symbol)).toEqual([symbol])
    expect(started.totals()).toMatchObject({ rejectedFrames: 0, unknownFrames: 0 })
  })
})

function quiet(): void {
  // Nobody reads along: the assertions say what matters.
}
