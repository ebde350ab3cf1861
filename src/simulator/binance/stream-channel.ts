import type { InstrumentId } from '../../core/market/instrument.ts'
import { Audience } from '../http/audience.ts'
import type { SimInstrument } from '../market.ts'
import { StreamFrame } from './stream-frame.ts'
import type { TimeUnit } from './time-unit.ts'

/** Who gets frames of a stream. */
export interface StreamListener {
  readonly id: string
  /** Returns whether it was written. */
  deliver(frame: StreamFrame, instrument: InstrumentId): boolean
}

/** Streams of one kind, one for each symbol: who joins gets their frames until it leaves. */
export interface StreamFeed {
  join(listener: StreamListener, instrument: SimInstrument): void
  leave(listener: StreamListener, instrument: SimInstrument): void
  /** Ends its timers. */
  close(): void
}

/** The listeners of one kind of stream, and the way to them. */
export class StreamChannel {
  readonly #kind: string
  readonly #audience = new Audience<InstrumentId, StreamListener>()
  readonly #instruments = new Map<InstrumentId, SimInstrument>()

  /** @param kind What stands behind the symbol: `trade`, `depth@100ms`. */
  constructor(kind: string) {
    this.#kind = kind
  }

  /** Adds a listener; false when it listened already. */
  join(listener: StreamListener, instrument: SimInstrument): boolean {
    this.#instruments.set(instrument.id, instrument)
    return this.#audience.join(instrument.id, listener)
  }

  leave(listener: StreamListener, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, listener)
    if (!this.#audience.has(instrument.id)) this.#instruments.delete(instrument.id)
  }

  /** The instrument, while somebody listens to it. */
  find(id: InstrumentId): SimInstrument | null {
    return this.#instruments.get(id) ?? null
  }

  /** Instruments that somebody listens to. */
  instruments(): IterableIterator<SimInstrument> {
    return this.#instruments.values()
  }

  /** @param onDelivered Told of each listener that the frame was written to. */
  publish(
    { id, venueSymbol }: SimInstrument,
    build: (unit: TimeUnit) => string,
    onDelivered?: (listener: StreamListener) => void
  ): void {
    const frame = new StreamFrame(`${venueSymbol.toLowerCase()}@${this.#kind}`, build)
    for (const listener of this.#audience.of(id)) {
      if (listener.deliver(frame, id)) onDelivered?.(listener)
    }
  }
}
