import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'

/** Finds the instrument a frame names, by text or straight from its bytes. */
export type ProductTable = {
  readonly byText: ReadonlyMap<string, InstrumentId>
  find(frame: Uint8Array, start: number, end: number): InstrumentId | null
}

type Entry = { readonly product: Uint8Array; readonly instrument: InstrumentId }

/** Builds the table of the products that a connection expects. */
export function buildProductTable(instruments: readonly Instrument[]): ProductTable {
  const byText = new Map(instruments.map(({ venueSymbol, id }) => [venueSymbol, id]))
  const byHash = new Map<number, Entry[]>()
  for (const [symbol, instrument] of byText) {
    const product = Buffer.from(symbol)
    const hash = hashOf(product, 0, product.length)
    byHash.set(hash, [...(byHash.get(hash) ?? []), { product, instrument }])
  }
  return {
    byText,
    find(frame, start, end) {
      const entries = byHash.get(hashOf(frame, start, end))
      if (entries === undefined) return null
      for (const { product, instrument } of entries) {
        if (equals(product, frame, start, end)) return instrument
      }
      return null
    }
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0
  return hash
}

function equals(product: Uint8Array, frame: Uint8Array, start: number, end: number): boolean {
  if (product.length !== end - start) return false
  for (let offset = 0; offset < product.length; offset += 1) {
    if (product[offset] !== frame[start + offset]) return false
  }
  return true
}
