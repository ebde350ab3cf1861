import type { MarketEvent } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import { parseDecimal } from '../numbers.ts'
import { rejected } from '../venue.ts'
import type { ParsedFrame } from '../venue.ts'
import type { Topic } from './topic.ts'
import type { BybitTicker, Unchecked } from './wire.ts'

/** Values of the last snapshot with its deltas laid over; null where not applicable or none. */
type TickerState = { [Field in QuoteField | StatisticsField]: number | null }

const quoteFields = ['bid1Price', 'bid1Size', 'ask1Price', 'ask1Size'] as const
const statisticsFields = ['prevPrice24h', 'highPrice24h', 'lowPrice24h', 'volume24h'] as const
type QuoteField = (typeof quoteFields)[number]
type StatisticsField = (typeof statisticsFields)[number]

/** One ticker message, its envelope checked. */
export type TickerMessage = {
  readonly topic: Topic
  readonly type: 'snapshot' | 'delta'
  readonly eventMs: number
  readonly receivedMs: number
  readonly data: Unchecked<BybitTicker>
}

/** Lays a connection's ticker deltas over their snapshots. */
export type TickerReader = {
  read(message: TickerMessage): ParsedFrame
  /** Forgets all but these: the others start anew with a snapshot if they come back. */
  keepOnly(instruments: ReadonlySet<InstrumentId>): void
}

/**
 * Makes the reader of one connection: bounded by its instruments. A delta before the snapshot is
 * dropped; a message that cannot be read changes nothing.
 */
export function createTickerReader(): TickerReader {
  const states = new Map<InstrumentId, TickerState>()

  function read(message: TickerMessage): ParsedFrame {
    const { topic, type, data } = message
    const before = type === 'snapshot' ? emptyState() : states.get(topic.instrument)
    if (before === undefined) return { kind: 'ignored', type: 'tickers delta before its snapshot' }
    const after = { ...before }
    for (const field of [...quoteFields, ...statisticsFields]) {
      const value = data[field]
      if (value === undefined) continue
      const number = value === '' ? null : parseDecimal(value)
      if (value !== '' && !((number ?? -1) >= 0)) {
        return rejected(`data.${field}`, 'a decimal, at least 0, or nothing', value)
      }
      after[field] = number === 0 && field !== 'volume24h' ? null : number
    }
    states.set(topic.instrument, after)
    return { kind: 'events', events: buildEvents(message, after) }
  }

  return {
    read,
    keepOnly(instruments) {
      for (const instrument of states.keys()) {
        if (!instruments.has(instrument)) states.delete(instrument)
      }
    }
  }
}

/** A quote and the 24 h figures, each only where the message says something of it. */
function buildEvents(message: TickerMessage, state: TickerState): readonly MarketEvent[] {
  const { topic, eventMs, receivedMs, data } = message
  const stamp = { instrument: topic.instrument, eventMs, receivedMs }
  const events: MarketEvent[] = []
  if (quoteFields.some((field) => data[field] !== undefined)) {
    events.push({
      kind: 'quote',
      ...stamp,
      bid: state.bid1Price,
      bidSize: state.bid1Size,
      ask: state.ask1Price,
      askSize: state.ask1Size
    })
  }
  if (statisticsFields.some((field) => data[field] !== undefined)) {
    events.push({
      kind: 'statistics',
      ...stamp,
      open24h: state.prevPrice24h,
      high24h: state.highPrice24h,
      low24h: state.lowPrice24h,
      volume24h: state.volume24h
    })
  }
  return events
}

function emptyState(): TickerState {
  return {
    bid1Price: null,
    bid1Size: null,
    ask1Price: null,
    ask1Size: null,
    prevPrice24h: null,
    highPrice24h: null,
    lowPrice24h: null,
    volume24h: null
  }
}
