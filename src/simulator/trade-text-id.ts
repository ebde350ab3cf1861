import type { InstrumentId } from '../core/market/instrument.ts'
import { hash32, seedOf } from './hash.ts'

const idStream = 20
const hexPairs = Array.from(Array(256).keys(), (byte) => byte.toString(16).padStart(2, '0'))

/** Writes a trade's text id as its venue would; the same trade always gets the same text. */
export type TradeTextId = (id: number) => string

/**
 * Chooses how an instrument's text ids are made: UUIDs for Bybit linear, decimals beyond 2^53 that
 * rise with holes for Bybit spot, the plain number elsewhere.
 */
export function tradeTextIds(instrument: InstrumentId): TradeTextId {
  const seed = seedOf(0, instrument)
  if (instrument.startsWith('bybit-linear:')) return (id) => uuid(seed, id)
  if (instrument.startsWith('bybit-spot:')) {
    return (id) => `2290${String(id * 16 + (hash32(seed, idStream, id) & 15)).padStart(15, '0')}`
  }
  return String
}

/** A UUID of version 4 made of a seed and a number. */
function uuid(seed: number, index: number): string {
  const a = hash32(seed, idStream, index)
  const b = hash32(a, idStream + 1, index)
  const c = hash32(b, idStream + 2, index)
  const d = hash32(c, idStream + 3, index)
  const versioned = (b & 0xffff0fff) | 0x4000
  const variant = (c & 0x3fffffff) | 0x80000000
  return `${hex(a)}-${hex2(versioned >>> 16)}-${hex2(versioned)}-${hex2(variant >>> 16)}-${hex2(variant)}${hex(d)}`
}

function hex(value: number): string {
  return hex2(value >>> 16) + hex2(value)
}

function hex2(value: number): string {
  return (hexPairs[(value >>> 8) & 255] ?? '') + (hexPairs[value & 255] ?? '')
}
