import type { SimCut } from '../market.ts'
import { beginFault, type FaultKind } from './fault-kind.ts'
import { FaultRefusal, type FaultParameters } from './fault-parameters.ts'

const longestMs = 86_400_000
const endings = ['reset', 'eof', 'close', 'mid-frame'] as const

/** Faults that end connections or leave them dead. */
export const connectionFaults: Readonly<Record<string, FaultKind>> = {
  disconnect(parameters, { venues }) {
    const { venue } = parameters.scope()
    const cut = readCut(parameters)
    const isMeant = parameters.connections()
    return () => venues.get(venue)?.dropConnections(cut, isMeant)
  },

  freeze(parameters, { venues }) {
    const { venue } = parameters.scope()
    const how = parameters.choice('how', ['whole', 'partial'], 'whole')
    const isMeant = parameters.connections()
    const cut = { how: 'freeze', partial: how === 'partial' } as const
    return () => venues.get(venue)?.dropConnections(cut, isMeant)
  },

  flap(parameters, target) {
    const { venue } = parameters.scope()
    const withinMs = parameters.number('withinMs', { from: 1, to: longestMs }) ?? 2_000
    const cut = readCut(parameters)
    return beginFault(target, parameters, {
      effect: { kind: 'flap', withinMs, cut },
      scope: { venue, instrument: null },
      life: { ms: parameters.ms(), n: null }
    })
  },

  lifetime(parameters, target) {
    const { venue } = parameters.scope()
    const ageMs = parameters.number('ageMs', { from: 1, to: longestMs })
    if (ageMs === null) throw new FaultRefusal('ageMs', 'an age in ms', undefined)
    const code = parameters.number('code', { from: 1000, to: 4999, whole: true }) ?? 1001
    return beginFault(target, parameters, {
      effect: { kind: 'lifetime', ageMs, code },
      scope: { venue, instrument: null },
      life: { ms: parameters.ms(), n: null }
    })
  },

  notice(parameters, { venues }) {
    const { venue } = parameters.scope()
    const leadMs = parameters.number('leadMs', { from: 0, to: 3_600_000 }) ?? 600_000
    const server = venues.get(venue)
    if (server === undefined || !('announceShutdown' in server)) {
      const able = [...venues].filter(([, each]) => 'announceShutdown' in each)
      const names = able.map(([name]) => name).join(', ') || 'none of those that run'
      throw new FaultRefusal('venue', `one that gives notice: ${names}`, venue)
    }
    return () => server.announceShutdown?.(leadMs)
  }
}

/** `how` and, for a close, `code`; 1005 is a close frame without one. */
function readCut(parameters: FaultParameters): SimCut {
  const how = parameters.choice('how', endings, 'reset')
  const code = parameters.number('code', { from: 0, to: 65_535, whole: true })
  if (how === 'close') return { how, code: code === 1005 ? null : (code ?? 1001) }
  if (code === null) return { how }
  throw new FaultRefusal('code', 'how to be close, which alone has a code', code)
}
