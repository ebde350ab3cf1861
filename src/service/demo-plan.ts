import { settingsSchema, type Settings } from '../contracts/settings.ts'
import type { SimulatorReady } from '../contracts/simulator-ready.ts'

/** Venues of the demonstration and what is collected there: 326 pairs at 15 a connection make 22 connections. */
const demoVenues: Readonly<Record<string, { instruments: string; per_connection: number }>> = {
  coinbase: { instruments: 'quote:USD', per_connection: 15 }
}

/** Builds the settings of a demonstration: the simulator's venues instead of the real ones. */
export function demoSettings(simulator: SimulatorReady): Settings {
  const venues = Object.entries(demoVenues).flatMap(([venue, wanted]) => {
    const urls = simulator.venues[venue]
    return urls === undefined
      ? []
      : [[venue, { ...wanted, ws_url: urls.wsUrl, rest_url: urls.restUrl }] as const]
  })
  return settingsSchema.parse({
    venues: Object.fromEntries(venues),
    run: { mode: 'simulated', clock: 'wall' }
  })
}

/** What the first-run card's "live Coinbase data" collects: ten majors, no account needed. */
export const starterSettings = `# Tapedeck reads this file at start and never changes it.
# intervals = ["1s", "5s", "15s", "1m", "5m", "15m", "1h", "4h", "1d", "100t"]

[venues.coinbase]
instruments = [
  "BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD", "DOGE-USD",
  "ADA-USD", "LINK-USD", "AVAX-USD", "LTC-USD", "BCH-USD"
]
# instruments = "quote:USD" collects every pair quoted in US dollars.
`
