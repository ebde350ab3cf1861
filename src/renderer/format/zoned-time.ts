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

const quarterHourMs = 900_000
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
