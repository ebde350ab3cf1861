import type { LogFields } from '../src/service/log.ts'

/** Counts lines of a log by what they tell. */
export class LogEvents {
  readonly #counts = new Map<string, number>()

  note({ event, fields }: { readonly event: string; readonly fields: LogFields }): void {
    const { code } = fields
    const name = typeof code === 'string' ? `${event} ${code}` : event
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** Lines of one event, with its code where it has one: `trouble-began memory-growth`. */
  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }
}
