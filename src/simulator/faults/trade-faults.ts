import type { SimMarketControl, SimTrade } from '../market.ts'
import { beginFault, type FaultKind, type FaultTarget } from './fault-kind.ts'
import { FaultRefusal } from './fault-parameters.ts'

const mostRepeated = 1_000

/** Faults of the trades themselves. */
export const tradeFaults: Readonly<Record<string, FaultKind>> = {
  drop(parameters, target) {
    const scope = parameters.scope()
    const life = parameters.life()
    if (life.ms === null && life.n === null) {
      throw new FaultRefusal('n', 'how many trades, or ms for how long', undefined)
    }
    return beginFault(target, parameters, {
      effect: { kind: 'drop', share: parameters.share() },
      scope,
      life
    })
  },

  duplicate(parameters, { market, told, truth }) {
    const { venue, instrument } = parameters.instrument()
    if (venue === 'eodhd') {
      throw new FaultRefusal('venue', 'one with trade ids: repeats are real trades here', venue)
    }
    const n = parameters.number('n', { from: 1, to: mostRepeated, whole: true }) ?? 50
    return () => {
      const isSent = ({ id }: SimTrade) => truth.wasSent(instrument, id)
      const newest = market.newestTrades(instrument, 2 * mostRepeated).filter(isSent)
      told.get(venue)?.repeat(newest.slice(-n))
    }
  },

  reorder(parameters, target) {
    const scope = parameters.scope()
    const window = parameters.number('window', { from: 2, to: 10_000, whole: true }) ?? 200
    return beginFault(target, parameters, {
      effect: { kind: 'reorder', window },
      scope,
      life: parameters.life()
    })
  },

  delay(parameters, target) {
    const scope = parameters.scope()
    const byMs = parameters.number('byMs', { from: 1, to: 600_000 }) ?? 5_000
    const effect = { kind: 'delay', share: parameters.share(), byMs } as const
    return beginFault(target, parameters, { effect, scope, life: parameters.life() })
  },

  burst(parameters, target) {
    const { instrument } = parameters.instrument()
    const n = parameters.n() ?? 1
    const control = controlOf(target)
    return () => control.burst(instrument, n)
  },

  surge(parameters, target) {
    const scope = parameters.scope()
    const ms = parameters.ms()
    if (ms === null) throw new FaultRefusal('ms', 'a number above 0', undefined)
    const factor = parameters.number('factor', { from: 2, to: 100, whole: true }) ?? 10
    controlOf(target)
    return beginFault(target, parameters, {
      effect: { kind: 'surge', factor },
      scope,
      life: { ms, n: null }
    })
  },

  quiet(parameters, target) {
    const { venue, instrument } = parameters.scope()
    const ms = parameters.ms()
    if (ms === null) throw new FaultRefusal('ms', 'a number above 0', undefined)
    const control = controlOf(target)
    const all = target.market.instruments(venue).map(({ id }) => id)
    return () => {
      for (const id of instrument === null ? all : [instrument]) control.hold(id, ms)
    }
  },

  tail(parameters, target) {
    const { venue, instrument } = parameters.instrument()
    const n = parameters.number('n', { from: 1, to: 100_000, whole: true }) ?? 5
    const ms = parameters.ms() ?? 120_000
    const control = controlOf(target)
    const drop = beginFault(target, parameters, {
      effect: { kind: 'drop', share: 1 },
      scope: { venue, instrument },
      life: { ms: null, n }
    })
    return () => {
      drop()
      control.burst(instrument, n)
      control.hold(instrument, ms)
    }
  },

  'reset-ids'(parameters, target) {
    const { venue, instrument } = parameters.instrument()
    if (venue === 'eodhd') throw new FaultRefusal('venue', 'one with trade ids', venue)
    const nextId = parameters.number('to', { from: 1, to: 2 ** 50, whole: true }) ?? 1
    const control = controlOf(target)
    return () => control.restartIds(instrument, nextId)
  }
}

function controlOf({ control }: FaultTarget): SimMarketControl {
  if (control !== null) return control
  throw new FaultRefusal('kind', 'one that leaves the tape as it is written', undefined)
}
