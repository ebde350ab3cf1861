import type { TimeUnit } from './time-unit.ts'

/** How a connection wants its frames. */
export type FrameForm = {
  readonly unit: TimeUnit
  /** Wrapped with the stream's name. */
  readonly combined: boolean
}

/** One event of a stream; its text is made once for each form that somebody wants. */
export class StreamFrame {
  readonly #stream: string
  readonly #build: (unit: TimeUnit) => string
  readonly #payloads = new Map<TimeUnit, string>()

  /** @param build Makes the payload, JSON text. */
  constructor(stream: string, build: (unit: TimeUnit) => string) {
    this.#stream = stream
    this.#build = build
  }

  text({ unit, combined }: FrameForm): string {
    const payload = this.#payload(unit)
    return combined ? `{"stream":"${this.#stream}","data":${payload}}` : payload
  }

  #payload(unit: TimeUnit): string {
    const known = this.#payloads.get(unit)
    if (known !== undefined) return known
    const payload = this.#build(unit)
    this.#payloads.set(unit, payload)
    return payload
  }
}
