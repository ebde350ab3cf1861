import { beginFault, type FaultKind } from './fault-kind.ts'
import { FaultRefusal } from './fault-parameters.ts'

const longestMs = 86_400_000

/** Faults of what a venue lists and is willing to serve. */
export const listingFaults: Readonly<Record<string, FaultKind>> = {
  'refuse-instrument'(parameters, target) {
    return beginFault(target, parameters, {
      effect: { kind: 'untradable', isListed: true },
      scope: parameters.scope(),
      life: { ms: parameters.ms(), n: null }
    })
  },

  delist(parameters, target) {
    const { venue, instrument } = parameters.instrument()
    const { control } = target
    if (control === null) {
      throw new FaultRefusal('kind', 'one that leaves the tape as it is written', undefined)
    }
    const ms = parameters.ms()
    const begin = beginFault(target, parameters, {
      effect: { kind: 'untradable', isListed: false },
      scope: { venue, instrument },
      life: { ms, n: null }
    })
    return () => {
      begin()
      control.hold(instrument, ms ?? longestMs)
    }
  },

  unlist(parameters, target) {
    const { venue, instrument } = parameters.instrument()
    return beginFault(target, parameters, {
      effect: { kind: 'unlisted' },
      scope: { venue, instrument },
      life: { ms: parameters.ms(), n: null }
    })
  }
}
