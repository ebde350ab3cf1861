import type { Instrument } from '../../core/market/instrument.ts'
import type { Session } from '../../core/market/session-calendar.ts'
import { sessionDays } from '../../core/market/session-calendar.ts'
import type { DayRule } from '../../core/market/trading-day.ts'
import { rememberingDay, utcDay } from '../../core/market/trading-day.ts'
import { xnysCalendar } from '../../core/market/xnys.ts'

/** By which days an instrument's tick candles count. */
export type DayChoice = {
  /** Null: UTC days. */
  readonly calendar: Instrument['calendar']
  /** Which hours of the calendar are followed; null without a calendar. */
  readonly session: Session | null
}

/** The day rule of an instrument; its pipeline must count by the same. */
export function dayRuleOf({ calendar, session }: DayChoice): DayRule {
  switch (calendar) {
    case null:
      return utcDay
    case 'XNYS':
      return rememberingDay(sessionDays(xnysCalendar(), session ?? 'regular'))
  }
}
