import { CoinbaseFrames } from '../src/simulator/coinbase/frames.ts'
import { createIsoMicros } from '../src/simulator/coinbase/iso-micros.ts'
import type { SimInstrument, SimTrade } from '../src/simulator/market.ts'
import { SeededMarket } from '../src/simulator/seeded-market.ts'

/** `matches`: trades only. `all`: with the ticker and the heartbeats that come with them. */
export type FrameMix = 'matches' | 'all'

/** One frame of the simulator's Coinbase feed. */
export type CapturedFrame = {
  readonly text: string
  /** Place of its product among the instruments. */
  readonly product: number
  /** Market time at which it was sent, epoch ms. */
  readonly sentMs: number
}

/** A stretch of the seeded market as it goes over the wire, in order. */
export type Capture = {
  readonly instruments: readonly SimInstrument[]
  readonly frames: readonly CapturedFrame[]
  readonly trades: number
}

export type CaptureOptions = {
  readonly mix: FrameMix
  readonly frames: number
  /** Multiplies how often the market trades. */
  readonly rate: number
  /** Epoch ms at which it begins. */
  readonly startMs: number
}

const seed = 1
const stepMs = 10
const heartbeatEveryMs = 1_000

/** Runs the seeded market of 326 pairs on a clock of its own and writes down its frames. */
export function captureFrames(options: CaptureOptions): Capture {
  const { mix, rate, startMs } = options
  let nowMs = startMs
  const market = new SeededMarket({
    venues: ['coinbase'],
    seed,
    rate,
    clock: () => nowMs,
    startMs
  })
  const writer = new CoinbaseFrames(createIsoMicros())
  const instruments = market
    .instruments('coinbase')
    .filter(({ quote, trading }) => quote === 'USD' && trading)
  const productOf = new Map(instruments.map(({ id }, at) => [id, at]))
  const frames: CapturedFrame[] = []
  let trades = 0
  const stop = market.listen({
    trade: (trade: SimTrade) => {
      const product = productOf.get(trade.instrument)
      if (product === undefined) return
      const symbol = instruments[product]?.venueSymbol ?? ''
      trades += 1
      const push = (text: string) => frames.push({ text, product, sentMs: nowMs })
      push(writer.match('match', symbol, trade))
      if (mix === 'all') push(writer.ticker(symbol, trade, market.state(trade.instrument)))
    }
  })
  while (frames.length < options.frames) {
    nowMs += stepMs
    market.advance()
    if (mix === 'matches' || (nowMs - startMs) % heartbeatEveryMs !== 0) continue
    for (const [product, { id, venueSymbol }] of instruments.entries()) {
      const text = writer.heartbeat(venueSymbol, market.state(id), nowMs)
      frames.push({ text, product, sentMs: nowMs })
    }
  }
  stop()
  return { instruments, frames, trades }
}
