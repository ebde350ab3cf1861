import type { EngineConfig } from '../src/contracts/engine-protocol.ts'
import type { SimulatorReady } from '../src/contracts/simulator-ready.ts'
import { settingsSchema } from '../src/contracts/settings.ts'

/** What a fault run collects, by venue, in our spelling of symbols. */
export type Collected = Readonly<Record<string, readonly string[]>>

/** What a row changes in the engine; see `faultRun` of its configuration. */
export type FaultRun = NonNullable<EngineConfig['faultRun']>

/** What a row sets of its venues. */
export type VenueSettings = { readonly per_connection?: number; readonly lifetime?: string }

/** Where venues are reached that are not reached where the simulator says. */
export type Redirected = Readonly<
  Record<string, { readonly wsUrl: string; readonly restUrl?: string }>
>

/** Builds the configuration of an engine that collects these instruments of a simulator. */
export function faultEngineConfig(of: {
  readonly dataDir: string
  readonly ready: SimulatorReady
  readonly collected: Collected
  /** null: an engine as users have it. */
  readonly faultRun: FaultRun | null
  /** Settings that every venue gets beside its own. */
  readonly venueSettings: VenueSettings
  readonly logLevel: EngineConfig['logLevel']
  readonly redirected?: Redirected
}): EngineConfig {
  const venues = Object.entries(of.collected).map(([venue, instruments]) => {
    const address = of.ready.venues[venue]
    if (address === undefined) throw new Error(`the simulator speaks no ${venue}`)
    const { wsUrl, restUrl } = { ...address, ...of.redirected?.[venue] }
    const urls = { ws_url: wsUrl, rest_url: restUrl }
    const key = venue === 'eodhd' ? { api_key: 'faults' } : {}
    return [venue, { instruments: [...instruments], ...urls, ...key, ...of.venueSettings }] as const
  })
  const settings = settingsSchema.parse({
    intervals: ['1s', '1m', '100t'],
    venues: Object.fromEntries(venues),
    run: { mode: 'simulated', clock: 'wall' }
  })
  return {
    mode: 'simulated',
    clock: 'wall',
    dataDir: of.dataDir,
    settings,
    logLevel: of.logLevel,
    skipMarketHours: true,
    ...(of.faultRun === null ? {} : { faultRun: of.faultRun })
  }
}
