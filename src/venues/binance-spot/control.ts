import type { InstrumentId } from '../../core/market/instrument.ts'
import { rejected, type ParsedFrame } from '../venue.ts'
import type { BinanceErrorFrame, BinanceResultFrame, Unchecked } from './wire.ts'

/**
 * Reads `{"result":…,"id":…}`. Unknown streams are acknowledged too and never deliver
 * (binance-spot.md, "Control", read 2026-11-22).
 */
export function parseResult(
  frame: Unchecked<BinanceResultFrame>,
  instruments: ReadonlyMap<string, InstrumentId>
): ParsedFrame {
  const requestId = parseRequestId(frame.id)
  if (requestId === undefined) return rejected('id', idForm, frame.id)
  const result = frame.result
  if (result === null) return { kind: 'acknowledged', requestId, subscribed: null }
  if (typeof result === 'boolean') return { kind: 'ignored', type: 'property' }
  if (!Array.isArray(result)) return rejected('result', 'null or an array', result)
  return { kind: 'acknowledged', requestId, subscribed: findTraded(result, instruments) }
}

/** Reads `{"code":…,"msg":…,"id":…?}`: nothing of the request was taken. */
export function parseError(frame: Unchecked<BinanceErrorFrame>): ParsedFrame {
  const { code, msg: message } = frame
  const requestId = parseRequestId(frame.id)
  if (typeof code !== 'number') return rejected('code', 'a number', code)
  if (typeof message !== 'string') return rejected('msg', 'text', message)
  if (requestId === undefined) return rejected('id', idForm, frame.id)
  return {
    kind: 'refused',
    requestId,
    scope: 'request',
    code: 'other',
    instruments: [],
    reason: `${code} ${message.slice(0, 200)}`
  }
}

const idForm = 'an integer, text or null'

/** Undefined when the value cannot be an id; null when the request had none. */
function parseRequestId(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined
}

function findTraded(
  streams: readonly unknown[],
  instruments: ReadonlyMap<string, InstrumentId>
): InstrumentId[] {
  const found: InstrumentId[] = []
  for (const stream of streams) {
    if (typeof stream !== 'string' || !stream.endsWith('@trade')) continue
    const instrument = instruments.get(stream.slice(0, -'@trade'.length).toUpperCase())
    if (instrument !== undefined) found.push(instrument)
  }
  return found
}
