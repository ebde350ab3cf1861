import { newYorkMs } from '../src/core/market/new-york-time.ts'
import type { SessionCalendar } from '../src/core/market/session-calendar.ts'
import { xnysCalendar } from '../src/core/market/xnys.ts'
import { bareRow } from './bare-row.ts'
import type { FaultRow } from './row.ts'

const hourMs = 3_600_000

type TrueSession = { readonly openMs: number; readonly closeMs: number }

/** The far end of ten days and a collector on a clock of its own, as the tests have them. */
type MarketDays = {
  readonly liveThrough: (days: {
    readonly fromMs: number
    readonly toMs: number
    readonly session: 'regular'
    readonly sessions: readonly TrueSession[]
    readonly calendar?: SessionCalendar
  }) => Promise<Readonly<Record<string, number>>>
}
const marketDays = new URL('../tests/support/market-days.ts', import.meta.url).href

/** Sessions in UTC, from the published table of 2026. */
function session(day: string, open: string, close: string): TrueSession {
  return { openMs: Date.parse(`${day}T${open}:00Z`), closeMs: Date.parse(`${day}T${close}:00Z`) }
}

/** Regular hours from noon to noon, and the true sessions between, oldest first. */
function regularDays(from: string, to: string, sessions: readonly TrueSession[]) {
  return {
    fromMs: Date.parse(`${from}T12:00:00Z`),
    toMs: Date.parse(`${to}T12:00:00Z`),
    session: 'regular',
    sessions
  } as const
}

/** Ten days over the change to daylight time. */
const spring = regularDays('2026-03-06', '2026-03-16', [
  session('2026-03-06', '14:30', '21:00'),
  ...['09', '10', '11', '12', '13'].map((day) => session(`2026-03-${day}`, '13:30', '20:00'))
])
/** Back from daylight time: the week before it and the week after. */
const autumn = regularDays('2026-10-30', '2026-11-03', [
  session('2026-10-30', '13:30', '20:00'),
  session('2026-11-02', '14:30', '21:00')
])
/** Thanksgiving, and the early close of the day after. */
const thanksgiving = regularDays('2026-11-25', '2026-11-28', [
  session('2026-11-25', '14:30', '21:00'),
  session('2026-11-27', '14:30', '18:00')
])
const daylightMonday = {
  ...regularDays('2026-03-09', '2026-03-09', spring.sessions.slice(1, 2)),
  toMs: Date.parse('2026-03-09T22:00:00Z')
}

const noonMinutes = 720
const winterNoonMs = 17 * hourMs

/** The real calendar without its daylight time: winter's hours all year. */
const withoutDaylight: SessionCalendar = {
  dayAt: (atMs) => Math.floor((atMs - 5 * hourMs) / 86_400_000),
  findDay: (day) => {
    const found = xnysCalendar().findDay(day)
    if (found === null) return null
    const isWinter = newYorkMs(day, noonMinutes) === day * 86_400_000 + winterNoonMs
    const byMs = isWinter ? 0 : hourMs
    return {
      day,
      preOpenMs: found.preOpenMs + byMs,
      openMs: found.openMs + byMs,
      closeMs: found.closeMs + byMs,
      postCloseMs: found.postCloseMs + byMs
    }
  }
}

/** A market that closes, opens, rests and closes early. */
export const marketHoursRow: FaultRow = bareRow({
  id: 'V2',
  families: ['V'],
  title:
    'both changes of daylight time, a holiday and an early close, lived through second by second',
  mostSeeds: 1,
  rules: {
    sessions: { least: 10, most: 10 },
    attempts: { least: 10, most: 10 },
    attemptsWhileClosed: { most: 0 },
    socketSecondsWhileClosed: { most: 0 },
    missedSeconds: { most: 0 },
    slowestFirstTradeSeconds: { most: 30 },
    reconnects: { most: 0 }
  },
  measure: async () => {
    const { liveThrough } = (await import(marketDays)) as MarketDays
    const sum: Record<string, number> = {}
    for (const days of [spring, autumn, thanksgiving]) {
      const report = await liveThrough(days)
      for (const [name, value] of Object.entries(report)) {
        const worst = name === 'slowestFirstTradeSeconds'
        sum[name] = worst ? Math.max(sum[name] ?? 0, value) : (sum[name] ?? 0) + value
      }
    }
    return sum
  },
  control: async () => {
    const { liveThrough } = (await import(marketDays)) as MarketDays
    const { missedSeconds = null } = await liveThrough({
      ...daylightMonday,
      calendar: withoutDaylight
    })
    return { missedSeconds }
  }
})
