import type { ZonedTime } from '../format/zoned-time.ts'

const dateForm = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const timeForm = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/

/**
 * What typed text means as a moment on the zone's clock: `2026-10-14 10:42:17`, `2026-10-14`, and `10:42`
 * on the day that is shown.
 *
 * @param nearMs Gives the day where only a time is typed.
 */
export function readMomentEntry(
  text: string,
  zone: ZonedTime,
  nearMs: number
): { readonly atMs: number } | { readonly problem: string } {
  const typed = text.trim()
  const parts = typed.split(/[ T]+/)
  const dateText = parts.find((part) => dateForm.test(part)) ?? zone.isoDateText(nearMs)
  const timeText = parts.find((part) => timeForm.test(part)) ?? '00:00'
  const isRead = parts.length <= 2 && parts.every((part) => part === dateText || part === timeText)
  if (typed === '' || !isRead) {
    return {
      problem: `${typed === '' ? 'Nothing typed' : typed}: write 2026-10-14 10:42:17 or 10:42`
    }
  }
  const [, year = 0, month = 0, day = 0] = (dateForm.exec(dateText) ?? []).map(Number)
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day || month < 1 || month > 12) {
    return { problem: `${dateText} is no date` }
  }
  const [, hourText = '', minuteText = '', secondText = '0', millisText = '0'] =
    timeForm.exec(timeText) ?? []
  const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)]
  if (hour > 23 || minute > 59 || second > 59) return { problem: `${timeText} is no time of day` }
  const atMs = zone.instantMs({ year, month, day, hour, minute, second })
  return { atMs: atMs + Number(millisText.padEnd(3, '0')) }
}
