import { passThrough } from '../proxy/proxy-behaviour.ts'
import { beginFault, type FaultKind } from './fault-kind.ts'
import { FaultRefusal } from './fault-parameters.ts'

const longestMs = 600_000
const mostBytes = 1_000_000_000

/** Faults of the network before a venue. */
export const networkFaults: Readonly<Record<string, FaultKind>> = {
  network(parameters, target) {
    const { venue } = parameters.scope()
    if (!target.proxies.has(venue)) {
      throw new FaultRefusal('kind', 'a simulator with proxies: start it with --proxy', 'network')
    }
    const read = (name: string, to: number) => parameters.number(name, { from: 0, to })
    const behaviour = {
      drop: parameters.choice('drop', ['none', 'both', 'up', 'down'], 'none'),
      delayMs: read('delayMs', longestMs) ?? passThrough.delayMs,
      jitterMs: read('jitterMs', longestMs) ?? passThrough.jitterMs,
      bytesPerSecond: parameters.number('bytesPerSecond', { from: 1, to: mostBytes }),
      sliceBytes: parameters.number('sliceBytes', { from: 1, to: 65_536, whole: true }),
      admit: parameters.choice('admit', ['pass', 'reset', 'mute', 'port'], 'pass')
    }
    return beginFault(target, parameters, {
      effect: { kind: 'network', behaviour },
      scope: { venue, instrument: null },
      life: { ms: parameters.ms(), n: null }
    })
  },

  cut(parameters, { proxies }) {
    const { venue } = parameters.scope()
    const how = parameters.choice('how', ['reset', 'eof'], 'reset')
    const proxy = proxies.get(venue)
    if (proxy === undefined) {
      throw new FaultRefusal('kind', 'a simulator with proxies: start it with --proxy', 'cut')
    }
    return () => proxy.cut(how)
  }
}
