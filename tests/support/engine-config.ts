import type { EngineConfig } from '../../src/contracts/engine-protocol.ts'
import { settingsSchema } from '../../src/contracts/settings.ts'

/** A configuration: noise by default, what matters by the caller. */
export function anEngineConfig(fields: Partial<EngineConfig> = {}): EngineConfig {
  return {
    mode: 'live',
    clock: 'wall',
    dataDir: '/nowhere',
    settings: settingsSchema.parse({}),
    logLevel: 'info',
    skipMarketHours: false,
    ...fields
  }
}
