import type { SimInstrument } from '../market.ts'
import type { FaultFinder } from './fault-finder.ts'

/** What a venue lists while faults are going on. */
export function listAsTold(
  instruments: readonly SimInstrument[],
  faults: FaultFinder
): readonly SimInstrument[] {
  return instruments
    .filter(({ venue, id }) => faults.find('unlisted', venue, id) === null)
    .map((instrument) => {
      const { venue, id } = instrument
      const gone = faults.find('untradable', venue, id, ({ isListed }) => !isListed)
      return gone === null ? instrument : { ...instrument, trading: false }
    })
}

/** An instrument as a venue serves it; null while it is not known. */
export function serveAsTold(instrument: SimInstrument, faults: FaultFinder): SimInstrument | null {
  const { venue, id } = instrument
  if (faults.find('unlisted', venue, id) !== null) return null
  const untradable = faults.find('untradable', venue, id)
  untradable?.fault.strike()
  return untradable === null ? instrument : { ...instrument, trading: false }
}
