import type { MarketEvent } from '../../src/core/market/event.ts'
import type { FrameParser } from '../../src/venues/venue.ts'

/** Fields of the sizes of trades, as rejections name them. */
export const sizeField = /^(size|q|v|data\[\d+\]\.v)$/

/** What a field that is not checked is read as; only that something is read matters. */
const unchecked: MarketEvent = {
  kind: 'heartbeat',
  instrument: null,
  eventMs: 0,
  receivedMs: 0,
  lastTradeId: null
}

/** A decoder with one check left out: what it would reject by that field, it takes. */
export function withoutCheck(parser: FrameParser, field: RegExp): FrameParser {
  return {
    parse(frame, receivedMs) {
      const parsed = parser.parse(frame, receivedMs)
      if (parsed.kind !== 'rejected') return parsed
      const [name = ''] = parsed.reason.split(':')
      return field.test(name) ? { kind: 'events', events: [unchecked] } : parsed
    }
  }
}

/** A decoder with a check too many: it takes prices and sizes below a hundredth for wrong. */
export function withNeedlessCheck(parser: FrameParser): FrameParser {
  return {
    parse(frame, receivedMs) {
      const parsed = parser.parse(frame, receivedMs)
      const isSmall =
        parsed.kind === 'events' &&
        parsed.events.some((event) => 'price' in event && event.price < 0.01)
      return isSmall ? { kind: 'rejected', reason: 'price: expected more' } : parsed
    }
  }
}
