import type { Random } from '../src/core/market/random.ts'
import type { FaultCommand } from '../src/simulator/faults/fault-parameters.ts'

/** Faults of one moment, and the time until the next. */
export type SoakStep = { readonly waitMs: number; readonly commands: readonly FaultCommand[] }

type Draw = {
  readonly random: Random
  readonly whole: (from: number, to: number) => number
  readonly pick: <Choice>(choices: readonly Choice[]) => Choice
}

/** Makes the faults of one kind. */
type Maker = (draw: Draw) => readonly FaultCommand[]

const shortestWaitMs = 30_000
const longestWaitMs = 120_000
const venues = ['coinbase', 'bybit-linear', 'bybit-spot'] as const
/** Their ids prove what is missing: only there may trades be kept back on a link that stands. */
const proven = 'coinbase'
const busy = ['coinbase:BTC-USD', 'coinbase:ETH-USD', 'coinbase:SOL-USD', 'coinbase:XRP-USD']
const busyAnywhere = [...busy, 'bybit-linear:BTC-USDT', 'bybit-spot:ETH-USDT']
const codes = [1000, 1001, 1005, 1006, 1011, 1012, 4000, 4999, 999]

function seeded({ whole }: Draw): { readonly seed: number } {
  return { seed: whole(1, 1_000_000) }
}

function share({ random }: Draw): { readonly share: number } {
  return { share: Math.round(100 * (0.1 + 0.9 * random())) / 100 }
}

/** What a soak draws from; every entry ends by itself. */
const makers: readonly Maker[] = [
  (draw) => {
    const how = draw.pick(['reset', 'eof', 'mid-frame'])
    return [{ kind: 'disconnect', venue: draw.pick(venues), how, ...share(draw), ...seeded(draw) }]
  },
  (draw) => {
    const close = { how: 'close', code: draw.pick(codes) }
    return [{ kind: 'disconnect', venue: draw.pick(venues), ...close, ...share(draw) }]
  },
  (draw) => {
    const how = draw.pick(['whole', 'partial'])
    return [{ kind: 'freeze', venue: draw.pick(venues), how, ...share(draw), ...seeded(draw) }]
  },
  (draw) => [{ kind: 'mute', venue: proven, keep: 'heartbeats', ms: draw.whole(5_000, 25_000) }],
  (draw) => [{ kind: 'mute', instrument: draw.pick(busy), ms: draw.whole(5_000, 25_000) }],
  (draw) => {
    const how = draw.pick(['port', 'reset', 'mute'])
    return [{ kind: 'outage', venue: draw.pick(venues), how, ms: draw.whole(2_000, 20_000) }]
  },
  (draw) => {
    const venue = draw.pick(venues)
    const status = draw.pick([429, 500, 503])
    const refuse = { kind: 'refuse', venue, status, retryAfter: '3', ms: draw.whole(2_000, 8_000) }
    return [refuse, { kind: 'disconnect', venue, ...share(draw), ...seeded(draw) }]
  },
  (draw) => [{ kind: 'maintenance', venue: draw.pick(venues), ms: draw.whole(3_000, 10_000) }],
  (draw) => {
    const withinMs = draw.whole(500, 2_000)
    return [{ kind: 'flap', venue: draw.pick(venues), withinMs, ms: draw.whole(3_000, 10_000) }]
  },
  (draw) => [{ kind: 'drop', instrument: draw.pick(busy), n: draw.whole(1, 500) }],
  (draw) => [{ kind: 'drop', venue: proven, share: 0.05, ms: 10_000, ...seeded(draw) }],
  (draw) => [{ kind: 'duplicate', instrument: draw.pick(busyAnywhere), n: draw.whole(1, 500) }],
  (draw) => [{ kind: 'reorder', instrument: draw.pick(busyAnywhere), n: 400, ...seeded(draw) }],
  (draw) => {
    const delay = { kind: 'delay', byMs: draw.whole(500, 6_000), share: 0.3, n: 200 }
    return [{ ...delay, instrument: draw.pick(busyAnywhere), ...seeded(draw) }]
  },
  (draw) => [{ kind: 'burst', instrument: draw.pick(busyAnywhere), n: draw.whole(100, 3_000) }],
  (draw) => [{ kind: 'surge', instrument: draw.pick(busyAnywhere), factor: 10, ms: 15_000 }],
  (draw) => [{ kind: 'quiet', instrument: draw.pick(busyAnywhere), ms: draw.whole(5_000, 60_000) }],
  (draw) => [{ kind: 'corrupt', venue: proven, share: 0.001, ms: 10_000, ...seeded(draw) }],
  (draw) => {
    const change = draw.pick(['rename', 'null', 'nan', 'negative', 'infinite', 'prototype'])
    return [{ kind: 'mutate', instrument: draw.pick(busy), change, n: draw.whole(1, 20) }]
  },
  (draw) => {
    const about = draw.pick(['error', 'rate', 'unknown'])
    return [{ kind: 'say', venue: draw.pick(venues), about, ...share(draw), ...seeded(draw) }]
  },
  (draw) => {
    const how = draw.pick(['opcode', 'masked', 'utf8', 'binary', 'reserved'])
    return [{ kind: 'violate', venue: draw.pick(venues), how, ...share(draw), ...seeded(draw) }]
  },
  (draw) => {
    const how = draw.pick(['frame', 'declared', 'fragments', 'bomb'])
    return [{ kind: 'oversize', venue: draw.pick(venues), how, share: 0.2, ...seeded(draw) }]
  },
  (draw) => [{ kind: 'ping-flood', venue: draw.pick(venues), share: 0.3, ...seeded(draw) }],
  (draw) => {
    const status = draw.pick([429, 500, 502])
    const drop = { kind: 'drop', instrument: draw.pick(busy), n: 50 }
    return [drop, { kind: 'rest-fail', venue: proven, status, retryAfter: '2', ms: 8_000 }]
  },
  (draw) => {
    const drop = { kind: 'drop', instrument: draw.pick(busy), n: 50 }
    return [drop, { kind: 'rest-slow', venue: proven, byMs: draw.whole(500, 4_000), ms: 15_000 }]
  },
  (draw) => {
    const instrument = draw.pick(busy)
    return [
      { kind: 'rest-partial', instrument, most: 20, ms: 20_000 },
      { kind: 'drop', instrument, n: 200 }
    ]
  },
  (draw) => [{ kind: 'deaf', venue: draw.pick(venues), n: draw.whole(1, 4) }]
]

/** Every kind of step once, for whoever wants to see that each can be done. */
export function everyStep(random: Random): readonly (readonly FaultCommand[])[] {
  return makers.map((make) => make(drawWith(random)))
}

/** Draws what happens next; the same seed draws the same soak. */
export function nextStep(random: Random): SoakStep {
  const draw = drawWith(random)
  return { waitMs: draw.whole(shortestWaitMs, longestWaitMs), commands: draw.pick(makers)(draw) }
}

function drawWith(random: Random): Draw {
  return {
    random,
    whole: (from, to) => from + Math.floor(random() * (to - from + 1)),
    pick: (choices) => {
      const choice = choices[Math.floor(random() * choices.length)]
      if (choice === undefined) throw new Error('nothing to choose from')
      return choice
    }
  }
}
