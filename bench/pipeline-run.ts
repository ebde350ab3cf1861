import type { MarketEvent } from '../src/core/market/event.ts'
import type { Instrument } from '../src/core/market/instrument.ts'
import { parseInterval } from '../src/core/market/interval.ts'
import { utcDay } from '../src/core/market/trading-day.ts'
import { Pipeline } from '../src/core/pipeline/pipeline.ts'
import { coinbase } from '../src/venues/coinbase/coinbase.ts'
import type { FrameParser } from '../src/venues/venue.ts'
import type { Capture } from './captured-frames.ts'

const perConnection = 15
/** As often as the engine seals a batch, in market time. */
const sealEveryMs = 250
const chunkBytes = 65_536
const intervals = ['1s', '1m', '100t'] as const

/** Frames as a socket hands them out: slices of the chunks they came in. */
export type Received = {
  readonly data: Buffer
  readonly connection: number
  readonly receivedMs: number
}

/** Lays frames out in memory as a socket would. */
export function receive(capture: Capture): readonly Received[] {
  let chunk = Buffer.allocUnsafeSlow(chunkBytes)
  let used = 0
  return capture.frames.map(({ text, product, sentMs }) => {
    const length = Buffer.byteLength(text)
    if (used + length > chunkBytes) {
      chunk = Buffer.allocUnsafeSlow(chunkBytes)
      used = 0
    }
    const data = chunk.subarray(used, used + length)
    data.write(text)
    used += length
    return { data, connection: Math.floor(product / perConnection), receivedMs: sentMs }
  })
}

/** The parsers of a venue's connections. */
export class Parsers {
  readonly #parsers: readonly FrameParser[]

  constructor(instruments: readonly Instrument[]) {
    const parsers: FrameParser[] = []
    for (let from = 0; from < instruments.length; from += perConnection) {
      const shard = instruments.slice(from, from + perConnection)
      parsers.push(coinbase.createParser(shard, `bench-${from}`))
    }
    this.#parsers = parsers
  }

  eventsOf({ data, connection, receivedMs }: Received): readonly MarketEvent[] {
    const parsed = this.#parsers[connection]?.parse(data, receivedMs)
    if (parsed?.kind !== 'events') throw new Error(`expected events of ${data.toString()}`)
    return parsed.events
  }
}

/** One run's pipeline, with rows going nowhere. */
export class PipelineRun {
  trades = 0
  candles = 0
  hasCoverage = false
  readonly #pipeline: Pipeline

  constructor(instruments: readonly Instrument[]) {
    this.#pipeline = new Pipeline({
      clock: 'wall',
      intervals: intervals.flatMap((text) => parseInterval(text) ?? []),
      rows: { trade: () => (this.trades += 1), flaggedTrade: () => undefined },
      firstArrival: 0
    })
    const { tradeIds, graceMs } = coinbase
    for (const instrument of instruments) {
      this.#pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed: null })
    }
  }

  /** Takes all of them, sealing as the engine does. */
  take<Each extends { readonly receivedMs: number }>(
    received: readonly Each[],
    eventsOf: (each: Each) => readonly MarketEvent[]
  ): void {
    let sealMs = (received[0]?.receivedMs ?? 0) + sealEveryMs
    for (const each of received) {
      const { receivedMs } = each
      for (const event of eventsOf(each)) this.#pipeline.apply(event, receivedMs)
      if (receivedMs < sealMs) continue
      sealMs = receivedMs + sealEveryMs
      this.#seal()
    }
    this.#seal()
  }

  #seal(): void {
    this.candles += this.#pipeline.takeChangedCandles().length
    this.#pipeline.takeChangedPrices()
    if (this.#pipeline.takeLedgerChanges().coverage.length > 0) this.hasCoverage = true
    this.#pipeline.takeChangedLedgers()
  }
}
