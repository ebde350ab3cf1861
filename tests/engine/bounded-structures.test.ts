import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { streamProtocol } from '../../src/contracts/state-stream.ts'
import { StatePublisher } from '../../src/contracts/state-publisher.ts'
import { parseInterval } from '../../src/core/market/interval.ts'
import { utcDay } from '../../src/core/market/trading-day.ts'
import { Pipeline } from '../../src/core/pipeline/pipeline.ts'
import { boundedStructures } from '../../src/engine/bounded-structures.ts'
import type { Collector } from '../../src/engine/collector/collector.ts'
import { ReceiveQueue } from '../../src/engine/collector/receive-queue.ts'
import { MemoryContract } from '../../src/engine/health/memory-contract.ts'
import { RunningHeads } from '../../src/engine/running-heads.ts'
import { openWriter } from '../../src/engine/storage/open-writer.ts'
import type { StoreWriter, TapeMark } from '../../src/engine/storage/store.ts'
import { VenueHistory } from '../../src/engine/venue-history.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { CandleStore } from '../support/candle-store.ts'
import { aCandle } from '../support/candles.ts'
import { aFrameRecorder } from '../support/frame-recorder.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'

const id = 'coinbase:BTC-USD'
const minuteMs = 60_000
const graceMs = 2_000
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })

/** A queue whose takers never come to an end of it. */
function aReceiveQueue(): { readonly received: ReceiveQueue; readonly fill: () => void } {
  let nowMs = 0
  const turns = { monotonicMs: () => (nowMs += 1_000), later: () => undefined }
  const received = new ReceiveQueue(undefined, undefined, turns)
  const taker = { name: 'a link', take: () => undefined }
  const fill = () => {
    for (let at = 0; at < 9_000; at += 1) {
      received.add({ taker, data: Buffer.from('{}'), receivedMs: 0, atMs: 0 })
    }
  }
  return { received, fill }
}

/** A pipeline that keeps finding every second trade missing. */
function aLeakyPipeline(): { readonly pipeline: Pipeline; readonly fill: () => void } {
  const intervals = ['1s'].flatMap((text) => parseInterval(text) ?? [])
  const options = { tradeIds: 'contiguous', specs: intervals, dayOf: utcDay, graceMs } as const
  const rows = new CandleStore(options)
  const pipeline = new Pipeline({ clock: 'tape', intervals, rows, firstArrival: 0 })
  pipeline.addInstrument(instrument, { ...options, seed: null })
  const fill = () => {
    for (let at = 0; at < 600; at += 1) {
      pipeline.apply(aTrade({ id: 2 * at, eventMs: 1_790_000_000_000 + at }), 0)
    }
  }
  return { pipeline, fill }
}

/** A publisher with a client that acknowledges nothing. */
function aPublisher(): { readonly publisher: StatePublisher; readonly fill: () => void } {
  const publisher = new StatePublisher({
    query: () => Promise.resolve({ code: 'unavailable', message: 'none' }),
    retry: () => undefined
  })
  let tell: (message: unknown) => void = () => undefined
  publisher.attach({
    send: () => undefined,
    onMessage: (listener) => {
      tell = listener
    },
    onClose: () => undefined,
    close: () => undefined
  })
  tell({ kind: 'hello', protocol: streamProtocol })
  tell({ kind: 'watch', series: [{ instrument: id, interval: '1s' }] })
  const fill = () => {
    for (let at = 0; at < 15_000; at += 1) publisher.candle(aCandle({ openMs: at * 1_000 }))
  }
  return { publisher, fill }
}

/** A history of a venue that serves every minute asked for. */
function aHistory(): { readonly history: VenueHistory; readonly fill: () => Promise<void> } {
  const history = new VenueHistory(() => 0)
  const fetchCandles = (...[, { fromMs, toMs }]: [unknown, { fromMs: number; toMs: number }]) =>
    Promise.resolve(
      Array.from(Array((toMs - fromMs) / minuteMs).keys(), (at) =>
        aCandle({ openMs: fromMs + at * minuteMs })
      )
    )
  const collector = { venue: { fetchCandles }, rest: () => ({}) } as unknown as Collector
  const fill = async () => {
    for (const symbol of ['A-USD', 'B-USD', 'C-USD']) {
      const each = anInstrument({ venue: 'coinbase', symbol, venueSymbol: symbol })
      const range = { fromMs: 0, toMs: 40_000 * minuteMs }
      await history.before(collector, { instrument: each, interval: '1m', ...range })
    }
  }
  return { history, fill }
}

/** A writer whose file another connection holds. */
async function aBlockedWriter(): Promise<{ writer: StoreWriter; fill: () => Promise<void> }> {
  const file = join(await scratchFolder(), 'tapedeck.db')
  let isTroubled = false
  const writer = await openWriter({
    file,
    mode: 'live',
    startedMs: 1_790_000_000_000,
    tickSizes: [],
    threadUrl: new URL('../../src/engine/writer-thread.ts', import.meta.url),
    queueRows: 100,
    events: {
      onTrouble: () => {
        isTroubled = true
      }
    }
  })
  onTestFinished(() => writer.close({ stoppedMs: 1, deadlineMs: 100 }))
  await writer.registerInstruments([aRegistration(id)])
  const other = new Database(file)
  onTestFinished(() => void other.close())
  const mark: TapeMark = { kind: 'link-up', atMs: 0, instrument: null, connection: 'a', detail: {} }
  const fill = async () => {
    other.exec('BEGIN IMMEDIATE')
    for (let at = 0; at < 1_000; at += 1) writer.trade(aTrade({ id: at }), at)
    await until(() => isTroubled, 'the store is held')
    for (let at = 0; at < 60_000; at += 1) writer.putMark(mark)
  }
  return { writer, fill }
}

function headsOf(history: VenueHistory): {
  readonly heads: RunningHeads
  readonly fill: () => void
} {
  const heads = new RunningHeads(history)
  const fill = () => {
    for (let at = 0; at < 5_000; at += 1) {
      heads.learnFrom(aCandle({ instrument: `coinbase:A${at}-USD`, interval: '1h' }), 0)
    }
  }
  return { heads, fill }
}

/** A recorder that gets more in one turn than it may hold. */
async function aFloodedRecorder() {
  const { recorder } = aFrameRecorder(await scratchFolder(), { mostHeldBytes: 600_000 })
  const fill = () => {
    const frame = Buffer.alloc(100_000, 'x')
    for (let at = 0; at < 20; at += 1) recorder.tapOf('coinbase')?.received('a', frame, 0)
  }
  return { recorder, fill }
}

test('each structure of the engine holds no more than it says, whatever comes', async () => {
  const { received, fill: fillReceived } = aReceiveQueue()
  const { writer, fill: fillWriter } = await aBlockedWriter()
  const { pipeline, fill: fillPipeline } = aLeakyPipeline()
  const { publisher, fill: fillPublisher } = aPublisher()
  const { history, fill: fillHistory } = aHistory()
  const { heads, fill: fillHeads } = headsOf(history)
  const contract = new MemoryContract()
  const { recorder, fill: fillRecorder } = await aFloodedRecorder()
  const owners = { received, writer, pipeline, publisher, history, heads, recorder }
  contract.register(...boundedStructures(owners))

  const empty = contract.read()
  expect(new Set(empty.map(({ name }) => name)).size).toBe(empty.length)
  expect(empty.filter(({ size, bound }) => size > 0 || bound <= 0)).toEqual([])

  fillReceived()
  fillPipeline()
  fillPublisher()
  fillHeads()
  await fillHistory()
  await fillWriter()
  fillRecorder()
  const full = contract.read()
  expect(full.filter(({ size }) => size === 0)).toEqual([])
  expect(full.filter(({ size, bound }) => size > bound)).toEqual([])
  const dropped = Object.fromEntries(full.map((row) => [row.name, row.dropped]))
  expect(dropped).toMatchObject({ 'trades to store': 600, 'marks to store': 10_000 })
})

test('what can be had again is let go of', async () => {
  const { publisher, fill: fillPublisher } = aPublisher()
  const { history, fill: fillHistory } = aHistory()
  fillPublisher()
  await fillHistory()
  publisher.shed()
  history.forgetAll()
  const left = [...publisher.structures(), ...history.structures()]
  expect(left.map(({ size }) => size)).toEqual([0, 0])
})
