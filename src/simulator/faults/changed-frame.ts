import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimVenueId } from '../market.ts'
import type { FaultFinder } from './fault-finder.ts'
import { changeField } from './field-change.ts'
import { damageFrame } from './frame-damage.ts'
import { tellTimes } from './told-times.ts'
import { tradesOf } from './trade-fields.ts'

/** A frame on its way out. */
type OutgoingFrame = {
  readonly venue: SimVenueId
  readonly instrument: InstrumentId | null
  readonly frame: string
}

/** What the faults that are going on make of a frame; null: nothing goes out. */
export function changeFrame(faults: FaultFinder, outgoing: OutgoingFrame): string | null {
  if (isSwallowed(faults, outgoing)) return null
  const { venue, instrument, frame } = outgoing
  const isTrade = tradesOf(venue).isTrade(frame, instrument)
  if (!isTrade) return withOtherTimes(faults, { ...outgoing, isTrade })
  const corrupt = faults.find('corrupt', venue, instrument)
  if (corrupt?.fault.strikes(corrupt.effect.share) === true) {
    return damageFrame(corrupt.effect.how, frame, corrupt.fault.random)
  }
  const mutate = faults.find('mutate', venue, instrument)
  const isMutated = mutate?.fault.strikes(mutate.effect.share) === true
  const changed = isMutated ? changeField(frame, { venue, ...mutate.effect }) : frame
  return withOtherTimes(faults, { ...outgoing, isTrade, frame: changed })
}

function isSwallowed(faults: FaultFinder, { venue, instrument, frame }: OutgoingFrame): boolean {
  const looks = tradesOf(venue)
  const silent = looks.isAcknowledgement(frame) ? faults.find('no-ack', venue, null) : null
  silent?.fault.strike()
  if (silent !== null) return true
  if (instrument === null || looks.isHeartbeat(frame)) return false
  const mute = faults.find('mute', venue, instrument)
  mute?.fault.strike()
  return mute !== null
}

function withOtherTimes(
  faults: FaultFinder,
  { venue, instrument, frame, isTrade }: OutgoingFrame & { readonly isTrade: boolean }
): string {
  const times = faults.find('times', venue, instrument)
  if (times === null || (!isTrade && times.effect.to !== 'offset')) return frame
  if (!times.fault.strikes(times.effect.share)) return frame
  return tellTimes(frame, { venue, isTrade, told: times.effect })
}
