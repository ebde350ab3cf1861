import type { SimVenueId } from '../market.ts'
import { tradeObjects, tradesOf, type WireObject } from './trade-fields.ts'

/** What a frame tells in the place of its times. */
export type ToldTimes = {
  readonly to: 'past' | 'future' | 'back' | 'offset'
  /** Of `back` and `offset`. */
  readonly byMs: number
}

const pastMs = 0
const futureMs = Date.UTC(2100, 0, 1)
/** Above it a number counts microseconds. */
const mostMs = 1e14

/** Tells other times: those of its trades, and with `offset` those of the frame itself too. */
export function tellTimes(
  frame: string,
  of: { readonly venue: SimVenueId; readonly isTrade: boolean; readonly told: ToldTimes }
): string {
  const { names, clocks, isoTimes } = tradesOf(of.venue)
  const wire = JSON.parse(frame) as WireObject
  const read = isoTimes ? shiftIso : shiftNumber
  const trades = of.isTrade ? tradeObjects(wire) : []
  for (const trade of trades) tell(trade, names.time)
  if (of.told.to === 'offset') {
    for (const name of clocks) {
      if (!trades.includes(wire) || name !== names.time) tell(wire, name)
    }
  }
  return JSON.stringify(wire)

  function tell(holder: WireObject, name: string | null): void {
    if (name !== null && name in holder) holder[name] = read(holder[name], of.told)
  }
}

function shiftIso(time: unknown, told: ToldTimes): string {
  const atMs = Date.parse(String(time))
  const micros = /\.\d{3}(\d{3})Z$/.exec(String(time))?.[1] ?? '000'
  return new Date(shift(atMs, told)).toISOString().replace('Z', `${micros}Z`)
}

function shiftNumber(time: unknown, told: ToldTimes): number {
  const value = Number(time)
  return value > mostMs ? shift(value / 1_000, told) * 1_000 : shift(value, told)
}

function shift(atMs: number, { to, byMs }: ToldTimes): number {
  switch (to) {
    case 'past':
      return pastMs
    case 'future':
      return futureMs
    case 'back':
      return atMs - byMs
    case 'offset':
      return atMs + byMs
  }
}
