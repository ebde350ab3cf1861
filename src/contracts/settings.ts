/**
 * `settings.toml`: the schema of what a user may write. Unknown keys are errors; a key appears here
 * only once its feature exists.
 */
import { z } from 'zod'
import { auditSchema } from './audit-settings.ts'
import { calendarSchema } from './calendar-settings.ts'
import { durationMs, durationSchema } from './duration.ts'
import { retentionSchema } from './retention-settings.ts'
import { parseInterval, timeIntervals } from '../core/market/interval.ts'

const intervalSchema = z
  .string()
  .refine(
    (text) => parseInterval(text) !== null,
    '1s 5s 15s 1m 5m 15m 1h 4h 1d or a tick candle such as 100t (1t to 10000t)'
  )

const url = (schemes: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)) && !text.endsWith('/'),
      `a URL starting with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}, without a slash at its end`
    )

const instrumentsSchema = z.union([
  z
    .string()
    .regex(
      /^(all|quote:[A-Z0-9]+|top:[1-9]\d{0,3})$/,
      '"all", "quote:USD", "top:50" or a list of symbols such as ["BTC-USD"]'
    ),
  z.array(z.string().min(1).max(60)).min(1).max(2_000)
])

/** Trades may come this late without being filed apart from their hour. */
const leastCompactMs = 600_000

const venueSchema = z.strictObject({
  enabled: z.boolean().default(true),
  instruments: instrumentsSchema,
  /** Fed over two connections of their own at all times. */
  priority: z.array(z.string().min(1).max(60)).min(1).max(100).optional(),
  per_connection: z.number().int().min(1).max(1_000).optional(),
  /** After which connections would be ended; they are replaced before. The venue's own limit unless given. */
  lifetime: durationSchema.optional(),
  ws_url: url(['ws', 'wss']).optional(),
  rest_url: url(['http', 'https']).optional(),
  api_key: z.string().min(1).optional()
})

/** A venue that numbers no trades: what two connections brought could not be told apart. */
const unnumberedVenueSchema = venueSchema.extend({
  priority: z
    .undefined({
      error:
        'nothing: this venue numbers no trades, so what comes over two connections cannot be told apart'
    })
    .optional()
})

/** Venues that can be collected; the registry in `src/venues` holds exactly these (tested). */
export const venueIds = ['coinbase', 'bybit-spot', 'bybit-linear', 'binance-spot', 'eodhd'] as const

const venuesSchema = z.strictObject({
  coinbase: venueSchema.optional(),
  'bybit-spot': venueSchema.optional(),
  'bybit-linear': venueSchema.optional(),
  'binance-spot': venueSchema.optional(),
  eodhd: unnumberedVenueSchema.optional()
} satisfies Record<(typeof venueIds)[number], unknown>)

export const settingsSchema = z.strictObject({
  intervals: z
    .array(intervalSchema)
    .min(1)
    .max(20)
    .default([...timeIntervals, '100t']),
  venues: venuesSchema.default({}),
  market_hours: z
    .record(
      z.string(),
      z.strictObject({
        calendar: z.enum(['XNYS']),
        session: z.enum(['regular', 'extended']).default('regular')
      })
    )
    .default({}),
  /** Dates on which a calendar's market keeps other hours than its rules say. */
  calendars: z.strictObject({ XNYS: calendarSchema.optional() }).default({}),
  run: z
    .strictObject({
      /** `simulated` when the venues' URLs point at a simulator: everything is labelled so. */
      mode: z.enum(['live', 'simulated']).default('live'),
      /** `tape` when the simulator plays a tape on its own clock. */
      clock: z.enum(['wall', 'tape']).default('wall')
    })
    .default({ mode: 'live', clock: 'wall' }),
  tape: z
    .strictObject({
      /** How long after its end an hour's trades are moved from the database into a file. */
      compact_after: durationSchema
        .refine((text) => durationMs(text) >= leastCompactMs, 'at least "10m"')
        .default('25h'),
      /** Every frame is kept as it was received, in `frames/`. */
      record_frames: z.boolean().default(false),
      /** How much of them is kept, GB of 1,000,000,000 bytes; the oldest go first. */
      frames_max_gb: z.number().min(1).max(10_000).default(20)
    })
    .default({ compact_after: '25h', record_frames: false, frames_max_gb: 20 }),
  retention: retentionSchema.default({}),
  audit: auditSchema.default({ enabled: true, at: '04:30', repair: false }),
  http: z
    .strictObject({
      /** Extra host names under which the API may be asked, exact, with port. */
      hosts: z.array(z.string().min(1)).max(16).default([]),
      max_clients: z.number().int().min(1).max(256).default(16)
    })
    .default({ hosts: [], max_clients: 16 })
})

export type Settings = z.infer<typeof settingsSchema>
export type VenueSettings = z.infer<typeof venueSchema>
