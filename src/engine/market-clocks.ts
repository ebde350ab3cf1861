import type { Instrument } from '../core/market/instrument.ts'
import {
  marketStateAt,
  sessionsBetween,
  type MarketMoment,
  type Session,
  type SessionCalendar
} from '../core/market/session-calendar.ts'
import { xnysCalendar } from '../core/market/xnys.ts'
import type { Settings } from '../contracts/settings.ts'
import type { RunRow } from '../contracts/state-rows.ts'
import type { MarketHours } from './collector/market-hours.ts'

const calendars: Readonly<Record<'XNYS', SessionCalendar>> = { XNYS: xnysCalendar() }

/** Where calendars are ignored (`--skip-market-hours`), no market is ever closed. */
export const roundTheClock: Pick<MarketClocks, 'closedBetween'> = { closedBetween: () => [] }

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
      calendars[instrument.calendar],
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
