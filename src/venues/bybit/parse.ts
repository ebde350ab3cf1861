import type { Liquidation, Trade } from '../../core/market/event.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parsePositive } from '../numbers.ts'
import { rejected } from '../venue.ts'
import type { FrameParser, ParsedFrame } from '../venue.ts'
import { parseAnswer } from './answer.ts'
import { createTickerReader } from './ticker-state.ts'
import type { TickerReader } from './ticker-state.ts'
import { buildTopicTable, isOtherChannel } from './topic.ts'
import type { Topic } from './topic.ts'
import type {
  BybitAnswerFrame,
  BybitBookFrame,
  BybitCategory,
  BybitLiquidation,
  BybitTrade,
  BybitTradeFrame,
  Unchecked
} from './wire.ts'

/** Ids are numbers, or UUIDs of 36 characters: what is much longer is none, and would be kept for ever. */
const longestId = 100

type AnyFrame = Unchecked<BybitTradeFrame> & Unchecked<BybitAnswerFrame> & Unchecked<BybitBookFrame>

type Received = { readonly topic: Topic; readonly receivedMs: number }

/** Reads the frames of one connection, in order: ticker deltas need the snapshot before them. */
export function createBybitParser(
  category: BybitCategory,
  instruments: readonly Instrument[]
): FrameParser {
  let topics = buildTopicTable(category, instruments)
  const tickers = createTickerReader()
  return {
    expect(expected) {
      topics = buildTopicTable(category, expected)
      tickers.keepOnly(new Set(expected.map(({ id }) => id)))
    },
    parse(frame, receivedMs) {
      let content: unknown
      try {
        content = JSON.parse(frame.toString())
      } catch {
        return { kind: 'rejected', reason: 'frame: not JSON' }
      }
      if (typeof content !== 'object' || content === null || Array.isArray(content)) {
        return rejected('frame', 'an object', content)
      }
      return parseObject(content, receivedMs, { topics, tickers })
    }
  }
}

function parseObject(
  frame: AnyFrame,
  receivedMs: number,
  parser: { readonly topics: ReadonlyMap<string, Topic>; readonly tickers: TickerReader }
): ParsedFrame {
  const { topic: name } = frame
  if (name === undefined) {
    return frame.op === undefined
      ? { kind: 'unknown', type: 'frame without topic or op' }
      : parseAnswer(frame, parser.topics)
  }
  if (typeof name !== 'string') return rejected('topic', 'text', name)
  const topic = parser.topics.get(name)
  if (topic === undefined) return parseForeignTopic(name, parser.topics)
  switch (topic.channel) {
    case 'publicTrade':
      return parseTrades(frame.data, { topic, receivedMs })
    case 'allLiquidation':
      return parseLiquidations(frame.data, { topic, receivedMs })
    case 'orderbook.1':
      return parseBook(frame, { topic, receivedMs })
    case 'tickers':
      return parseTicker(frame, { topic, receivedMs }, parser.tickers)
  }
}

/** Topics of the protocol that we never ask for are ignored; whatever names another instrument is unknown. */
function parseForeignTopic(name: string, topics: ReadonlyMap<string, Topic>): ParsedFrame {
  const dot = name.lastIndexOf('.')
  const channel = name.slice(0, Math.max(dot, 0)).slice(0, 30)
  if (!topics.has(`publicTrade.${name.slice(dot + 1)}`)) {
    return { kind: 'unknown', type: `${channel} of another instrument` }
  }
  return isOtherChannel(name)
    ? { kind: 'ignored', type: channel }
    : { kind: 'unknown', type: channel }
}

function parseTrades(data: unknown, { topic, receivedMs }: Received): ParsedFrame {
  if (!Array.isArray(data)) return rejected('data', 'an array', data)
  const events: Trade[] = []
  for (let index = 0; index < data.length; index += 1) {
    const item: unknown = data[index]
    if (!isObject(item)) return rejected(`data[${index}]`, 'an object', item)
    const { i: id, s: symbol, S: takerSide, T: eventMs, p, v }: Unchecked<BybitTrade> = item
    const price = parsePositive(p)
    const size = parsePositive(v)
    if (
      isTradeId(id) &&
      symbol === topic.symbol &&
      (takerSide === 'Buy' || takerSide === 'Sell') &&
      isEpochMs(eventMs) &&
      price !== null &&
      size !== null
    ) {
      const side = takerSide === 'Buy' ? 'buy' : 'sell'
      events.push({
        kind: 'trade',
        instrument: topic.instrument,
        id,
        eventMs,
        receivedMs,
        price,
        size,
        side
      })
      continue
    }
    if (!isTradeId(id)) return rejected(`data[${index}].i`, 'an id', id)
    return rejectExecution(item, index, topic)
  }
  return { kind: 'events', events }
}

function parseLiquidations(data: unknown, { topic, receivedMs }: Received): ParsedFrame {
  if (!Array.isArray(data)) return rejected('data', 'an array', data)
  const events: Liquidation[] = []
  for (let index = 0; index < data.length; index += 1) {
    const item: unknown = data[index]
    if (!isObject(item)) return rejected(`data[${index}]`, 'an object', item)
    const { s: symbol, S: positionSide, T: eventMs, p, v }: Unchecked<BybitLiquidation> = item
    const price = parsePositive(p)
    const size = parsePositive(v)
    if (
      symbol !== topic.symbol ||
      (positionSide !== 'Buy' && positionSide !== 'Sell') ||
      !isEpochMs(eventMs) ||
      price === null ||
      size === null
    ) {
      return rejectExecution(item, index, topic)
    }
    const position = positionSide === 'Buy' ? 'long' : 'short'
    const { instrument } = topic
    events.push({ kind: 'liquidation', instrument, eventMs, receivedMs, position, price, size })
  }
  return { kind: 'events', events }
}

/** Names the first field that made a trade or liquidation unreadable. */
function rejectExecution(item: Unchecked<BybitTrade>, index: number, topic: Topic): ParsedFrame {
  const { s, S, T, p, v } = item
  const at = `data[${index}]`
  if (s !== topic.symbol) return rejected(`${at}.s`, topic.symbol, s)
  if (S !== 'Buy' && S !== 'Sell') return rejected(`${at}.S`, 'Buy or Sell', S)
  if (!isEpochMs(T)) return rejected(`${at}.T`, 'epoch ms', T)
  return parsePositive(p) === null
    ? rejected(`${at}.p`, 'a decimal above 0', p)
    : rejected(`${at}.v`, 'a decimal above 0', v)
}

/** Level 1 comes as snapshots only (`public/orderbook.mdx`, read 2026-11-22). */
function parseBook(frame: AnyFrame, { topic, receivedMs }: Received): ParsedFrame {
  const { type, ts, cts = ts, data } = frame
  if (type !== 'snapshot') return rejected('type', 'snapshot', type)
  if (!isEpochMs(cts)) return rejected('cts', 'epoch ms', cts)
  if (!isObject(data)) return rejected('data', 'an object', data)
  const { s: symbol, b, a }: Unchecked<BybitBookFrame['data']> = data
  if (symbol !== topic.symbol) return rejected('data.s', topic.symbol, symbol)
  const bid = parseBest(b)
  if (bid === null) return rejected('data.b', 'price and size above 0, or no level', offenderOf(b))
  const ask = parseBest(a)
  if (ask === null) return rejected('data.a', 'price and size above 0, or no level', offenderOf(a))
  return {
    kind: 'events',
    events: [
      {
        kind: 'quote',
        instrument: topic.instrument,
        eventMs: cts,
        receivedMs,
        bid: bid.price,
        bidSize: bid.size,
        ask: ask.price,
        askSize: ask.size
      }
    ]
  }
}

function parseTicker(
  frame: AnyFrame,
  { topic, receivedMs }: Received,
  tickers: TickerReader
): ParsedFrame {
  const { type, ts, data } = frame
  if (type !== 'snapshot' && type !== 'delta') return rejected('type', 'snapshot or delta', type)
  if (!isEpochMs(ts)) return rejected('ts', 'epoch ms', ts)
  if (!isObject(data)) return rejected('data', 'an object', data)
  const { symbol }: { readonly symbol?: unknown } = data
  if (symbol !== topic.symbol) return rejected('data.symbol', topic.symbol, symbol)
  return tickers.read({ topic, type, eventMs: ts, receivedMs, data })
}

/** The only level of a side; both null where the side is empty, null where it cannot be read. */
function parseBest(
  levels: unknown
): { readonly price: number | null; readonly size: number | null } | null {
  if (!Array.isArray(levels)) return null
  if (levels.length === 0) return { price: null, size: null }
  const level: unknown = levels[0]
  if (!Array.isArray(level)) return null
  const price = parsePositive(level[0])
  const size = parsePositive(level[1])
  return price === null || size === null ? null : { price, size }
}

/** What made a side unreadable. */
function offenderOf(levels: unknown): unknown {
  const level: unknown = Array.isArray(levels) ? levels[0] : levels
  if (!Array.isArray(level)) return level
  const price: unknown = level[0]
  const size: unknown = level[1]
  return parsePositive(price) === null ? price : size
}

function isTradeId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longestId
}

function isEpochMs(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
