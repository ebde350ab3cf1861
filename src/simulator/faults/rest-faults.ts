import type { FaultScope } from './fault-effect.ts'
import { beginFault, type FaultKind } from './fault-kind.ts'
import { FaultRefusal, type FaultParameters } from './fault-parameters.ts'

const longestMs = 86_400_000

/** Faults of REST answers. */
export const restFaults: Readonly<Record<string, FaultKind>> = {
  'rest-fail'(parameters, target) {
    const { venue } = parameters.scope()
    const life = parameters.life()
    const status = parameters.number('status', { from: 300, to: 599, whole: true }) ?? 500
    const path = readPath(parameters)
    return beginFault(target, parameters, {
      effect: { kind: 'rest-fail', status, path, headers: parameters.headers() },
      scope: { venue, instrument: null },
      life
    })
  },

  'rest-slow'(parameters, target) {
    const { venue } = parameters.scope()
    const byMs = parameters.number('byMs', { from: 1, to: longestMs }) ?? 2_000
    return beginFault(target, parameters, {
      effect: { kind: 'rest-slow', byMs, path: readPath(parameters) },
      scope: { venue, instrument: null },
      life: parameters.life()
    })
  },

  'rest-lie'(parameters, target) {
    const scope = tradeHistoryScope(parameters)
    const about = parameters.choice('about', ['ids', 'instrument', 'price', 'times'], null)
    const usual = { ids: 3, instrument: 0, price: 0.01, times: 60_000 }[about]
    const by = parameters.number('by', { from: -longestMs, to: longestMs }) ?? usual
    return beginFault(target, parameters, {
      effect: { kind: 'rest-lie', about, share: parameters.share(), by },
      scope,
      life: { ms: parameters.ms(), n: null }
    })
  },

  'rest-cut'(parameters, target) {
    const scope = tradeHistoryScope(parameters)
    const olderThanMs = parameters.number('olderThanMs', { from: 0, to: longestMs })
    const beforeId = parameters.number('beforeId', { from: 0, to: 2 ** 53, whole: true })
    if (olderThanMs === null && beforeId === null) {
      throw new FaultRefusal('olderThanMs', 'an age in ms, or beforeId', undefined)
    }
    return beginFault(target, parameters, {
      effect: { kind: 'rest-cut', olderThanMs, beforeId },
      scope,
      life: { ms: parameters.ms(), n: null }
    })
  },

  'rest-partial'(parameters, target) {
    const scope = tradeHistoryScope(parameters)
    const most = parameters.number('most', { from: 0, to: 1_000, whole: true }) ?? 10
    return beginFault(target, parameters, {
      effect: { kind: 'rest-partial', most },
      scope,
      life: parameters.life()
    })
  }
}

function readPath(parameters: FaultParameters): string {
  return parameters.text('path', /^[\w/.=&?-]{0,100}$/, 'a part of the path') ?? ''
}

function tradeHistoryScope(parameters: FaultParameters): FaultScope {
  const scope = parameters.scope()
  if (scope.venue !== 'eodhd') return scope
  throw new FaultRefusal('venue', 'one whose REST serves trades', scope.venue)
}
