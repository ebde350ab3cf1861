import { admissionFaults } from './admission-faults.ts'
import { connectionFaults } from './connection-faults.ts'
import type { FaultKind, FaultTarget } from './fault-kind.ts'
import { FaultParameters, FaultRefusal, type FaultCommand } from './fault-parameters.ts'
import { frameFaults } from './frame-faults.ts'
import { listingFaults } from './listing-faults.ts'
import { networkFaults } from './network-faults.ts'
import { protocolFaults } from './protocol-faults.ts'
import { restFaults } from './rest-faults.ts'
import { tradeFaults } from './trade-faults.ts'

export type FaultResult =
  | { readonly outcome: 'applied' }
  | { readonly outcome: 'refused'; readonly message: string; readonly parameter: string }

/** Every kind that `POST /faults` knows, by name. A new fault is a new entry. */
const kinds: Readonly<Record<string, FaultKind>> = {
  ...connectionFaults,
  ...admissionFaults,
  ...networkFaults,
  ...protocolFaults,
  ...frameFaults,
  ...listingFaults,
  ...tradeFaults,
  ...restFaults,

  clear(...[, { board }]) {
    return () => board.clear()
  }
}

/** Names of the known kinds. */
export const faultKinds: readonly string[] = Object.keys(kinds)

/** Does what a command says, or says why not; a refused command changes nothing. */
export function applyFault(command: FaultCommand, target: FaultTarget): FaultResult {
  try {
    const name = command['kind']
    const kind = typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (kind === undefined) {
      throw new FaultRefusal('kind', `one of ${faultKinds.join(', ')}`, name)
    }
    const parameters = new FaultParameters(command, target.market, target.venues)
    const act = kind(parameters, target)
    parameters.end()
    act()
    return { outcome: 'applied' }
  } catch (error) {
    if (!(error instanceof FaultRefusal)) throw error
    return { outcome: 'refused', parameter: error.parameter, message: error.message }
  }
}
