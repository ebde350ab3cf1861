import { parseInterval } from '../src/core/market/interval.ts'
import { utcDay } from '../src/core/market/trading-day.ts'
import { Pipeline } from '../src/core/pipeline/pipeline.ts'
import { coinbase } from '../src/venues/coinbase/coinbase.ts'
import type { FrameParser } from '../src/venues/venue.ts'
import { captureFrames, type Capture, type FrameMix } from './captured-frames.ts'
import { atLeast, report, told, type Figure } from './figure.ts'
import { instrumentsOf } from './products.ts'
import { spreadOf } from './spread.ts'

/** Figure 1: from the bytes of a frame to candles, beside `JSON.parse` of the same bytes. */

const frameCount = 150_000
const rounds = 9
const perConnection = 15
/** As often as the engine seals a batch, in market time. */
const sealEveryMs = 250
const chunkBytes = 65_536
const intervals = ['1s', '1m', '100t'] as const

/** Frames as a socket hands them out: slices of the chunks they came in. */
type Received = { readonly data: Buffer; readonly connection: number; readonly receivedMs: number }

function receive(capture: Capture): readonly Received[] {
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

/** One run's parsers and pipeline, with rows going nowhere. */
class Decoder {
  trades = 0
  candles = 0
  readonly #pipeline: Pipeline
  readonly #parsers: readonly FrameParser[]

  constructor(capture: Capture) {
    this.#pipeline = new Pipeline({
      clock: 'wall',
      intervals: intervals.flatMap((text) => parseInterval(text) ?? []),
      rows: { trade: () => (this.trades += 1), flaggedTrade: () => undefined },
      firstArrival: 0
    })
    const instruments = instrumentsOf(capture.instruments)
    const parsers: FrameParser[] = []
    for (let from = 0; from < instruments.length; from += perConnection) {
      const shard = instruments.slice(from, from + perConnection)
      parsers.push(coinbase.createParser(shard, `bench-${from}`))
      for (const instrument of shard) {
        const { tradeIds, graceMs } = coinbase
        this.#pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed: null })
      }
    }
    this.#parsers = parsers
  }

  run(frames: readonly Received[]): void {
    let sealMs = (frames[0]?.receivedMs ?? 0) + sealEveryMs
    for (const { data, connection, receivedMs } of frames) {
      const parsed = this.#parsers[connection]?.parse(data, receivedMs)
      if (parsed?.kind !== 'events') throw new Error(`expected events of ${data.toString()}`)
      for (const event of parsed.events) this.#pipeline.apply(event, receivedMs)
      if (receivedMs < sealMs) continue
      sealMs = receivedMs + sealEveryMs
      this.#seal()
    }
    this.#seal()
  }

  #seal(): void {
    this.candles += this.#pipeline.takeChangedCandles().length
    this.#pipeline.takeChangedPrices()
  }
}

/** Processor time per frame, helper threads of garbage collection and compiler included. */
function nanosecondsOf(work: () => void, frames: number): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1e3) / frames
}

function measure(mix: FrameMix): readonly Figure[] {
  const capture = captureFrames({ mix, frames: frameCount, rate: 1, startMs: Date.now() })
  const frames = receive(capture)
  const texts = frames.map(({ data }) => data.toString())
  const ours: number[] = []
  const json: number[] = []
  const ratios: number[] = []
  const textRatios: number[] = []
  for (let round = -2; round < rounds; round += 1) {
    const decoder = new Decoder(capture)
    const oursNs = nanosecondsOf(() => decoder.run(frames), frames.length)
    if (decoder.trades !== capture.trades || decoder.candles === 0) {
      throw new Error(`expected ${capture.trades} trades and candles, got ${decoder.trades}`)
    }
    const jsonNs = nanosecondsOf(() => parseBytes(frames), frames.length)
    const textNs = nanosecondsOf(() => parseTexts(texts), frames.length)
    if (round < 0) continue
    ours.push(oursNs)
    json.push(jsonNs)
    ratios.push(jsonNs / oursNs)
    textRatios.push(textNs / oursNs)
  }
  const of = mix === 'all' ? 'matches, ticker, heartbeat' : 'matches only'
  return [
    atLeast(0.5, { name: `parse + candles ÷ JSON.parse of bytes (${of})`, ...inUnit(ratios, '×') }),
    told({ name: `  ÷ JSON.parse of text in memory already (${of})`, ...inUnit(textRatios, '×') }),
    told({ name: `  a frame to candles (${of})`, ...inUnit(ours, 'ns') }),
    told({ name: `  a frame to JSON (${of})`, ...inUnit(json, 'ns') })
  ]
}

function inUnit(values: readonly number[], unit: Figure['unit']) {
  const { median, low, high } = spreadOf(values)
  return { value: median, unit, range: [low, high] as const }
}

/** What is parsed must be looked at, or an optimiser may drop it. */
let seen = 0

function parseBytes(frames: readonly Received[]): void {
  for (const { data } of frames) look(JSON.parse(data.toString()))
}

function parseTexts(texts: readonly string[]): void {
  for (const text of texts) look(JSON.parse(text))
}

function look(parsed: unknown): void {
  if (typeof parsed === 'object' && parsed !== null && 'type' in parsed) seen += 1
}

report([...measure('all'), ...measure('matches')])
if (seen === 0) throw new Error('nothing was parsed')
