import type { Candle } from '../core/market/candle.ts'
import type { Gap } from '../core/market/ledger/gap.ts'
import type { Incident } from './incident.ts'
import type { CandleShape, GapShape, IncidentShape, TradeShape } from './shapes.ts'
import type { TradeRecord } from './state-stream.ts'

/** Builds the outer shape of a candle. Tick candles carry index and closeMs. */
export function candleShapeOf(candle: Candle): CandleShape {
  const shape = {
    type: 'candle' as const,
    instrument: candle.instrument,
    interval: candle.interval,
    openMs: candle.openMs,
    open: candle.open,
    high: candle.high,
    low: candle.low,
    close: candle.close,
    volume: candle.volume,
    buyVolume: candle.buyVolume,
    trades: candle.trades,
    state: candle.state,
    final: candle.final
  }
  return candle.interval.endsWith('t')
    ? { ...shape, index: candle.index, closeMs: candle.closeMs }
    : shape
}

/** Builds the outer shape of a stored trade. */
export function tradeShapeOf(trade: TradeRecord): TradeShape {
  return { type: 'trade', ...trade }
}

/** Builds the outer shape of a gap: what it was, when, and what became of it. */
export function gapShapeOf(gap: Gap): GapShape {
  const { instrument, fromMs, toMs, state, cause, reason, missedTrades, source } = gap
  return { type: 'gap', instrument, fromMs, toMs, state, cause, reason, missedTrades, source }
}

/** Builds the outer shape of an outage. */
export function incidentShapeOf(incident: Incident): IncidentShape {
  const { connections, instruments } = incident
  return {
    type: 'incident',
    ...incident,
    connections: [...connections],
    instruments: [...instruments]
  }
}
