import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { rejected, type FrameParser, type ParsedFrame } from '../venue.ts'
import { parseStatus } from './status.ts'
import {
  isObject,
  type EodhdQuoteFrame,
  type EodhdStatusFrame,
  type EodhdTradeFrame,
  type Unchecked
} from './wire.ts'

type AnyFrame = Unchecked<EodhdTradeFrame & EodhdQuoteFrame & EodhdStatusFrame>

/**
 * Makes the parser of one connection to the US trade feed.
 *
 * The venue numbers nothing, so trade n of the connection is called `<connection>-<n>`, from 1.
 *
 * @param connection Unique for all time, so that no two trades share an id.
 */
export function createParser(instruments: readonly Instrument[], connection: string): FrameParser {
  let bySymbol = symbolsOf(instruments)
  let trades = 0
  const nextId = () => {
    trades += 1
    return `${connection}-${trades}`
  }
  return {
    expect(expected) {
      bySymbol = symbolsOf(expected)
    },
    parse: (frame, receivedMs) => parseFrame(frame, receivedMs, { bySymbol, nextId })
  }
}

type Names = {
  readonly bySymbol: ReadonlyMap<string, InstrumentId>
  readonly nextId: () => string
}

function symbolsOf(instruments: readonly Instrument[]): Names['bySymbol'] {
  return new Map(instruments.map(({ venueSymbol, id }) => [venueSymbol, id]))
}

function parseFrame(bytes: Buffer, receivedMs: number, names: Names): ParsedFrame {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return { kind: 'rejected', reason: 'frame: not JSON' }
  }
  if (!isObject(value)) return rejected('frame', 'an object', value)
  const frame: AnyFrame = value
  if (frame.status_code !== undefined || frame.status !== undefined) return parseStatus(frame)
  if (frame.s === undefined) return { kind: 'unknown', type: 'untyped' }
  if (frame.ap !== undefined && frame.bp !== undefined) return { kind: 'ignored', type: 'quote' }
  return parseTrade(frame, receivedMs, names)
}

function parseTrade(
  frame: Unchecked<EodhdTradeFrame>,
  receivedMs: number,
  names: Names
): ParsedFrame {
  const { s: symbol, p: price, v: size, c, dp, ms } = frame
  if (typeof symbol !== 'string') return rejected('s', 'text', symbol)
  if (!isPositive(price)) return rejected('p', 'a number above 0', price)
  if (!isPositive(size)) return rejected('v', 'a number above 0', size)
  const eventMs = parseTime(frame.t)
  if (eventMs === null) return rejected('t', 'epoch milliseconds or seconds', frame.t)
  if (!isConditions(c)) return rejected('c', 'a number, an array of numbers or nothing', c)
  if (dp !== undefined && typeof dp !== 'boolean') return rejected('dp', 'a boolean', dp)
  if (ms !== undefined && typeof ms !== 'string') return rejected('ms', 'text', ms)
  const instrument = names.bySymbol.get(symbol)
  if (instrument === undefined) return { kind: 'unknown', type: 'instrument' }
  const id = names.nextId()
  return {
    kind: 'events',
    events: [{ kind: 'trade', instrument, id, eventMs, receivedMs, price, size, side: null }]
  }
}

/** Milliseconds, or seconds where the magnitude says so: 2001 to 2286 in either. */
function parseTime(value: unknown): number | null {
  if (typeof value !== 'number' || !Number.isInteger(value)) return null
  if (value >= 1e12 && value < 1e13) return value
  return value >= 1e9 && value < 1e10 ? value * 1000 : null
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < Infinity
}

function isConditions(value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'number') return true
  return Array.isArray(value) && value.every((code) => typeof code === 'number')
}
