import type { Instrument } from '../core/market/instrument.ts'
import {
  marketStateAt,
  type MarketMoment,
  type Session,
  type SessionCalendar
} from '../core/market/session-calendar.ts'
import { xnysCalendar } from '../core/market/xnys.ts'
import type { Settings } from '../contracts/settings.ts'
import type { RunRow } from '../contracts/state-rows.ts'
import type { MarketHours } from './collector/market-hours.ts'

const calendars: Readonly<Record<'XNYS', SessionCalendar>> = { XNYS: xnysCalendar() }

/** Which hours each instrument follows, by its calendar and the settings. */
export class MarketClocks {
  readonly #sessions: Settings['market_hours']

  constructor(settings: Settings) {
    this.#sessions = settings.market_hours
  }

  /** Answers for the collector. */
  readonly hours: MarketHours = (instrument, nowMs) => {
    const moment = this.#momentOf(instrument, nowMs)
    if (moment === null || moment.isInSession) return { isOpen: true, nextOpenMs: null }
    return { isOpen: false, nextOpenMs: moment.nextChangeMs }
  }

  /** The session an instrument follows; null round the clock. */
  sessionOf({ symbol, calendar }: Instrument): Session | null {
    if (calendar === null) return null
    return this.#sessions[symbol]?.session ?? 'regular'
  }

  /** The state of each calendar that these instruments follow. */
  states(instruments: readonly Instrument[], nowMs: number): RunRow['markets'] {
    const used = new Set(
      instruments.flatMap(({ calendar }) => (calendar === null ? [] : [calendar]))
    )
    return [...used].map((calendar) => {
      const { state, nextChangeMs } = marketStateAt(calendars[calendar], 'regular', nowMs)
      return { calendar, state, nextChangeMs }
    })
  }

  #momentOf(instrument: Instrument, nowMs: number): MarketMoment | null {
    const session = this.sessionOf(instrument)
    if (session === null || instrument.calendar === null) return null
    return marketStateAt(calendars[instrument.calendar], session, nowMs)
  }
}
