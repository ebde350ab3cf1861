import { z } from 'zod'
import { parseLocalDay } from '../core/market/local-date.ts'
import type { SessionOverride } from '../core/market/xnys.ts'

const dateText = 'a date in quotes such as "2027-01-05"'
const closeText = 'a time in New York from "09:31" to "15:59"'
const firstCloseMinute = 9 * 60 + 31
const lastCloseMinute = 15 * 60 + 59

const dateSchema = z
  .string({ error: dateText })
  .refine((text) => parseLocalDay(text) !== null, dateText)

/**
 * `[calendars.XNYS]`: dates on which New York keeps other hours than its rules say. A date stands in one
 * of the three at most.
 */
export const calendarSchema = z
  .strictObject({
    closed: z.array(dateSchema).max(366).default([]),
    /** Close by date, `HH:MM` in New York. */
    early: z
      .record(
        z.string(),
        z.string({ error: closeText }).refine((text) => closeMinuteOf(text) !== null, closeText)
      )
      .default({}),
    /** Usual hours in spite of a rule. */
    full: z.array(dateSchema).max(366).default([])
  })
  .superRefine(({ closed, early, full }, context) => {
    for (const date of Object.keys(early)) {
      if (parseLocalDay(date) !== null) continue
      context.addIssue({
        code: 'custom',
        path: ['early'],
        input: date,
        message: `${dateText} = "13:00"`
      })
    }
    const dates = [...closed, ...Object.keys(early), ...full]
    const twice = dates.find((date, at) => dates.indexOf(date) !== at)
    if (twice === undefined) return
    context.addIssue({ code: 'custom', path: [], input: twice, message: 'each date once' })
  })

export type CalendarSettings = z.infer<typeof calendarSchema>

/** Reads what was checked as a calendar takes it. */
export function overridesOf({ closed, early, full }: CalendarSettings): readonly SessionOverride[] {
  return [
    ...closed.flatMap((date) => overrideOf(date, 'closed')),
    ...Object.entries(early).flatMap(([date, text]) => {
      const closeMinute = closeMinuteOf(text)
      return closeMinute === null ? [] : overrideOf(date, { closeMinute })
    }),
    ...full.flatMap((date) => overrideOf(date, 'full'))
  ]
}

function overrideOf(date: string, hours: SessionOverride['hours']): readonly SessionOverride[] {
  const day = parseLocalDay(date)
  return day === null ? [] : [{ day, hours }]
}

function closeMinuteOf(text: string): number | null {
  const found = /^(\d\d):([0-5]\d)$/.exec(text)
  if (found === null) return null
  const minute = Number(found[1]) * 60 + Number(found[2])
  return minute >= firstCloseMinute && minute <= lastCloseMinute ? minute : null
}
