import type { Instrument } from '../core/market/instrument.ts'
import {
  marketStateAt,
  sessionsBetween,
  type MarketMoment,
  type Session,
  type SessionCalendar
} from '../core/market/session-calendar.ts'
import { xnysCalendar } from '../core/market/xnys.ts'
import { overridesOf } from '../contracts/calendar-settings.ts'
import type { Settings } from '../contracts/settings.ts'
import type { RunRow } from '../contracts/state-rows.ts'
import type { MarketHours } from './collector/market-hours.ts'

type CalendarName = NonNullable<Instrument['calendar']>

/** Where calendars are ignored (`--skip-market-hours`), no market is ever closed. */
export const roundTheClock: Pick<MarketClocks, 'closedBetween'> = { closedBetween: () => [] }

/** Which hours each instrument follows, by its calendar and the settings. */
export class MarketClocks {
  readonly #sessions: Settings['market_hours']
  readonly #calendars: Readonly<Record<CalendarName, SessionCalendar>>
  /** What was last found of each calendar and session: good until its next change. */
  readonly #found: Readonly<Record<Session, Map<CalendarName, MarketMoment>>> = {
    regular: new Map(),
    extended: new Map()
  }

  /** @param calendars Instead of the real ones with the settings' exceptions. */
  constructor(
    settings: Settings,
    calendars: Readonly<Record<CalendarName, SessionCalendar>> = calendarsOf(settings)
  ) {
    this.#sessions = settings.market_hours
    this.#calendars = calendars
  }

  /** Answers for the collector. */
  readonly hours: MarketHours = (instrument, nowMs) => {
    const moment = this.#momentOf(instrument, nowMs)
    if (moment === null) return { isOpen: true, openedMs: null }
    const sinceMs = finite(moment.sinceMs)
    if (moment.isInSession) return { isOpen: true, openedMs: sinceMs }
    return { isOpen: false, closedMs: sinceMs, nextOpenMs: finite(moment.nextChangeMs) }
  }

  /** The session an instrument follows; null round the clock. */
  sessionOf({ symbol, calendar }: Instrument): Session | null {
    if (calendar === null) return null
    return this.#sessions[symbol]?.session ?? 'regular'
  }

  /** When the market of an instrument is closed within [fromMs, toMs), oldest first; never, round the clock. */
  closedBetween(
    instrument: Instrument,
    range: { readonly fromMs: number; readonly toMs: number }
  ): readonly { readonly fromMs: number; readonly toMs: number }[] {
    const session = this.sessionOf(instrument)
    if (session === null || instrument.calendar === null) return []
    const closed: { readonly fromMs: number; readonly toMs: number }[] = []
    let fromMs = range.fromMs
    for (const { openMs, closeMs } of sessionsBetween(
      this.#calendars[instrument.calendar],
      session,
      range
    )) {
      if (openMs > fromMs) closed.push({ fromMs, toMs: openMs })
      fromMs = closeMs
    }
    if (fromMs < range.toMs) closed.push({ fromMs, toMs: range.toMs })
    return closed
  }

  /** The state of each calendar that these instruments follow. */
  states(instruments: readonly Instrument[], nowMs: number): RunRow['markets'] {
    const used = new Set(
      instruments.flatMap(({ calendar }) => (calendar === null ? [] : [calendar]))
    )
    return [...used].map((calendar) => {
      const { state, nextChangeMs } = marketStateAt(this.#calendars[calendar], 'regular', nowMs)
      return { calendar, state, nextChangeMs }
    })
  }

  #momentOf(instrument: Instrument, nowMs: number): MarketMoment | null {
    const session = this.sessionOf(instrument)
    if (session === null || instrument.calendar === null) return null
    const known = this.#found[session]
    const found = known.get(instrument.calendar)
    if (found !== undefined && nowMs >= found.sinceMs && nowMs < found.nextChangeMs) return found
    const moment = marketStateAt(this.#calendars[instrument.calendar], session, nowMs)
    // A change further ahead than a calendar looks comes into its sight one day.
    if (Number.isFinite(moment.nextChangeMs)) known.set(instrument.calendar, moment)
    return moment
  }
}

function calendarsOf({ calendars }: Settings): Readonly<Record<CalendarName, SessionCalendar>> {
  const changes = calendars.XNYS === undefined ? [] : overridesOf(calendars.XNYS)
  return { XNYS: xnysCalendar(changes) }
}

/** Beyond what a calendar looks ahead or back nothing is known. */
function finite(atMs: number): number | null {
  return Number.isFinite(atMs) ? atMs : null
}
