import { beginFault, type FaultKind } from './fault-kind.ts'
import { FaultRefusal, type FaultParameters } from './fault-parameters.ts'
import { fieldChanges } from './field-change.ts'
import { damages } from './frame-damage.ts'
import { tradeFields } from './trade-fields.ts'

const mostMs = 4_000_000_000_000

/** Faults of what frames say, and of what clients are told and heard of. */
export const frameFaults: Readonly<Record<string, FaultKind>> = {
  mute(parameters, target) {
    const scope = parameters.scope()
    const ms = parameters.ms()
    if (ms === null) throw new FaultRefusal('ms', 'a number above 0', undefined)
    const keep = parameters.choice('keep', ['nothing', 'heartbeats'], 'nothing')
    return beginFault(target, parameters, {
      effect: { kind: 'mute', keep },
      scope,
      life: { ms, n: null }
    })
  },

  corrupt(parameters, target) {
    const scope = parameters.scope()
    const how = parameters.choice('how', ['any', ...damages], 'any')
    return beginFault(target, parameters, {
      effect: { kind: 'corrupt', how, share: parameters.share() },
      scope,
      life: parameters.life()
    })
  },

  mutate(parameters, target) {
    const scope = parameters.scope()
    const change = parameters.choice('change', fieldChanges, null)
    const field = parameters.choice('field', tradeFields, 'price')
    return beginFault(target, parameters, {
      effect: { kind: 'mutate', change, field, share: parameters.share() },
      scope,
      life: parameters.life()
    })
  },

  times(parameters, target) {
    const scope = parameters.scope()
    const to = parameters.choice('to', ['past', 'future', 'back', 'offset'], null)
    const byMs = parameters.number('byMs', { from: -mostMs, to: mostMs }) ?? 3_600_000
    return beginFault(target, parameters, {
      effect: { kind: 'times', to, byMs, share: parameters.share() },
      scope,
      life: parameters.life()
    })
  },

  deaf: ofVenue('deaf'),
  'no-ack': ofVenue('no-ack')
}

function ofVenue(kind: 'deaf' | 'no-ack'): FaultKind {
  return (parameters, target) => {
    const { venue } = parameters.scope()
    return beginFault(target, parameters, {
      effect: { kind },
      scope: { venue, instrument: null },
      life: limited(parameters)
    })
  }
}

function limited(parameters: FaultParameters) {
  const life = parameters.life()
  if (life.ms !== null || life.n !== null) return life
  throw new FaultRefusal('ms', 'for how long, or n messages', undefined)
}
