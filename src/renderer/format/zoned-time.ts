/** Calendar fields of an instant in a zone. */
export type ZonedFields = {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  /** 0 (Sunday) to 6. */
  readonly weekday: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** What a wall clock and a calendar show. */
export type ClockReading = Omit<ZonedFields, 'weekday'>

const quarterHourMs = 900_000
const dayMs = 86_400_000
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Writes instants as a wall clock in one time zone shows them, summer time included. */
export class ZonedTime {
  readonly timeZone: string
  readonly #format: Intl.DateTimeFormat
  /** Offsets change on quarter hours only, so one reading per quarter hour is enough. */
  readonly #offsets = new Map<number, number>()

  /** @throws RangeError when the zone is not known to the platform. */
  constructor(timeZone: string) {
    this.timeZone = timeZone
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric'
    })
  }

  /** Zone offset at an instant, ms; local = UTC + offset. */
  offsetMs(atMs: number): number {
    const quarter = Math.floor(atMs / quarterHourMs)
    const known = this.#offsets.get(quarter)
    if (known !== undefined) return known
    const offsetMs = this.#readOffset(quarter * quarterHourMs)
    if (this.#offsets.size > 20_000) this.#offsets.clear()
    this.#offsets.set(quarter, offsetMs)
    return offsetMs
  }

  fields(atMs: number): ZonedFields {
    const shifted = new Date(atMs + this.offsetMs(atMs))
    return {
      year: shifted.getUTCFullYear(),
      month: shifted.getUTCMonth() + 1,
      day: shifted.getUTCDate(),
      weekday: shifted.getUTCDay(),
      hour: shifted.getUTCHours(),
      minute: shifted.getUTCMinutes(),
      second: shifted.getUTCSeconds()
    }
  }

  /** `14:02` */
  minuteText(atMs: number): string {
    const { hour, minute } = this.fields(atMs)
    return `${two(hour)}:${two(minute)}`
  }

  /** `14:02:11` */
  secondText(atMs: number): string {
    return `${this.minuteText(atMs)}:${two(this.fields(atMs).second)}`
  }

  /** `14 Oct` */
  dayText(atMs: number): string {
    const { day, month } = this.fields(atMs)
    return `${day} ${months[month - 1] ?? ''}`
  }

  /** `Oct` */
  monthText(atMs: number): string {
    return months[this.fields(atMs).month - 1] ?? ''
  }

  /** `Wed 14 Oct 2026` */
  dateText(atMs: number): string {
    const { weekday, year } = this.fields(atMs)
    return `${weekdays[weekday] ?? ''} ${this.dayText(atMs)} ${year}`
  }

  /** `2026-10-14` */
  isoDateText(atMs: number): string {
    const { year, month, day } = this.fields(atMs)
    return `${year}-${two(month)}-${two(day)}`
  }

  /** `14:02:11.042` */
  millisText(atMs: number): string {
    const millis = Math.floor(atMs) - Math.floor(atMs / 1_000) * 1_000
    return `${this.secondText(atMs)}.${String(millis).padStart(3, '0')}`
  }

  /**
   * The instant at which the zone's clock shows this. Of an hour that comes twice the first is meant; an
   * hour that is left out counts as the one after it.
   */
  instantMs(clock: ClockReading): number {
    const { year, month, day, hour, minute, second } = clock
    const localMs = Date.UTC(year, month - 1, day, hour, minute, second)
    // Offsets change by less than a day: those around the wall clock's own reading are all there can be.
    const before = localMs - this.offsetMs(localMs - dayMs)
    const after = localMs - this.offsetMs(localMs + dayMs)
    const isShown = (atMs: number) => atMs + this.offsetMs(atMs) === localMs
    if (isShown(before)) return before
    return isShown(after) ? after : Math.max(before, after)
  }

  /** The beginning of an instant's day, and of the day after it. */
  dayAround(atMs: number): { readonly fromMs: number; readonly toMs: number } {
    const fromMs = this.#midnightMs(atMs)
    // A day has 23 to 25 hours: this lies in the next one.
    return { fromMs, toMs: this.#midnightMs(fromMs + 1.5 * dayMs) }
  }

  #midnightMs(atMs: number): number {
    const { year, month, day } = this.fields(atMs)
    return this.instantMs({ year, month, day, hour: 0, minute: 0, second: 0 })
  }

  #readOffset(atMs: number): number {
    const parts = new Map(
      this.#format.formatToParts(atMs).map((part) => [part.type, Number(part.value)])
    )
    const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    const localMs = Date.UTC(
      read('year'),
      read('month') - 1,
      read('day'),
      read('hour'),
      read('minute'),
      read('second')
    )
    return localMs - atMs
  }
}

/** The zone the machine is set to. */
export function localTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** `New York` for `America/New_York`: what a person calls the zone. */
export function zoneName(timeZone: string): string {
  return (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ')
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
