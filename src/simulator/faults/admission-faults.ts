import { beginFault, type FaultKind } from './fault-kind.ts'
import { FaultRefusal } from './fault-parameters.ts'

const longestMs = 86_400_000
const unavailable = 503
const restart = 1012
const inMaintenance = 'down for maintenance'

/** Faults of who is let in, and of venues that are away as a whole. */
export const admissionFaults: Readonly<Record<string, FaultKind>> = {
  refuse(parameters, target) {
    const { venue } = parameters.scope()
    const life = parameters.life()
    const how = parameters.choice('how', ['reset', 'mute', 'port'], 'reset')
    if (how === 'port' && life.ms === null) {
      throw new FaultRefusal('ms', 'how long: a closed port counts nobody', undefined)
    }
    if (life.ms === null && life.n === null) {
      throw new FaultRefusal('ms', 'for how long, or n connections', undefined)
    }
    const status = parameters.number('status', { from: 300, to: 599, whole: true })
    return beginFault(target, parameters, {
      effect: { kind: 'refuse', status, how, headers: parameters.headers() },
      scope: { venue, instrument: null },
      life
    })
  },

  outage(parameters, target) {
    const { venue } = parameters.scope()
    const ms = parameters.ms()
    if (ms === null) throw new FaultRefusal('ms', 'a number above 0', undefined)
    const how = parameters.choice('how', ['reset', 'mute', 'port'], 'port')
    const scope = { venue, instrument: null }
    const life = { ms, n: null }
    const refuse = beginFault(target, parameters, {
      effect: { kind: 'refuse', status: null, how, headers: {} },
      scope,
      life
    })
    const fail = beginFault(target, parameters, {
      effect: { kind: 'rest-fail', status: unavailable, path: '', headers: {} },
      scope,
      life
    })
    return () => {
      refuse()
      fail()
      target.venues.get(venue)?.dropConnections({ how: 'reset' })
    }
  },

  maintenance(parameters, target) {
    const { venue } = parameters.scope()
    const ms = parameters.ms()
    if (ms === null) throw new FaultRefusal('ms', 'a number above 0', undefined)
    const code = parameters.number('code', { from: 1000, to: 4999, whole: true }) ?? restart
    const scope = { venue, instrument: null }
    const life = { ms, n: null }
    const headers = parameters.headers()
    const refuse = beginFault(target, parameters, {
      effect: { kind: 'refuse', status: unavailable, how: 'reset', headers, body: inMaintenance },
      scope,
      life
    })
    const fail = beginFault(target, parameters, {
      effect: { kind: 'rest-fail', status: unavailable, path: '', headers },
      scope,
      life
    })
    return () => {
      refuse()
      fail()
      target.venues.get(venue)?.dropConnections({ how: 'close', code })
    }
  },

  'connect-limit'(parameters, target) {
    const { venue } = parameters.scope()
    const perSecond = parameters.number('perSecond', { from: 1, to: 10_000, whole: true }) ?? 8
    const per5Minutes =
      parameters.number('per5Minutes', { from: 1, to: 1_000_000, whole: true }) ?? 300
    const banMs = parameters.number('banMs', { from: 1, to: longestMs }) ?? 60_000
    return beginFault(target, parameters, {
      effect: { kind: 'connect-limit', perSecond, per5Minutes, banMs },
      scope: { venue, instrument: null },
      life: { ms: parameters.ms(), n: null }
    })
  }
}
