import { beginFault, type FaultKind } from './fault-kind.ts'
import { FaultRefusal } from './fault-parameters.ts'

const longestMs = 86_400_000

/** Faults of connections. */
export const connectionFaults: Readonly<Record<string, FaultKind>> = {
  disconnect(parameters, { venues }) {
    const { venue } = parameters.scope()
    const how = parameters.choice('how', ['reset', 'eof', 'close'], 'reset')
    const code = parameters.number('code', { from: 1000, to: 4999, whole: true })
    if (how !== 'close' && code !== null) {
      throw new FaultRefusal('code', 'how to be close, which alone has a code', code)
    }
    const cut = how === 'close' ? { how, code: code ?? 1001 } : { how }
    return () => venues.get(venue)?.dropConnections(cut)
  },

  refuse(parameters, target) {
    const { venue } = parameters.scope()
    const life = parameters.life()
    if (life.ms === null && life.n === null) {
      throw new FaultRefusal('ms', 'for how long, or n connections', undefined)
    }
    const status = parameters.number('status', { from: 300, to: 599, whole: true })
    return beginFault(target, parameters, {
      effect: { kind: 'refuse', status },
      scope: { venue, instrument: null },
      life
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
