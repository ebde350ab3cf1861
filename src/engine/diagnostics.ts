import { xnysRulesReachYear } from '../core/market/xnys.ts'
import type { EngineConfig } from '../contracts/engine-protocol.ts'
import type { RunRow } from '../contracts/state-rows.ts'

/** What was planned for one venue. */
export type VenuePlan = {
  readonly name: string
  readonly instruments: number
  readonly connections: number
  readonly problems: readonly string[]
}

/**
 * Says at start what a user must be able to check: clock, markets, plan, and what is saved where.
 * One sentence each, in that order.
 */
export function startupSentences(facts: {
  /** From `clockSentence`. */
  readonly clock: string
  readonly config: EngineConfig
  readonly timeZone: string
  readonly markets: RunRow['markets']
  readonly plans: readonly VenuePlan[]
  readonly isUncleanStart: boolean
  /** This computer's clock less the venues', ms; null where unknown. */
  readonly clockSkewMs: number | null
}): readonly string[] {
  const { config, markets, plans } = facts
  const sentences = [facts.clock, ...skewSentences(facts.clockSkewMs)]
  if (config.mode === 'simulated') {
    sentences.push('This run is simulated: nothing here comes from a real venue.')
  }
  for (const market of markets) {
    sentences.push(marketSentence(market, facts.timeZone), ...rulesSentences(market))
  }
  for (const plan of plans) sentences.push(...planSentences(plan))
  if (plans.length === 0) sentences.push('No venue is configured: nothing is collected.')
  sentences.push(
    `Every trade and candles of ${config.settings.intervals.join(' ')} are saved in ${config.dataDir}.`
  )
  const { record_frames: isRecorded, frames_max_gb: mostGb } = config.settings.tape
  if (isRecorded) {
    sentences.push(`Every frame is recorded in ${config.dataDir}/frames, ${mostGb} GB at most.`)
  }
  if (config.previousEnd !== undefined) sentences.push(restartSentence(config.previousEnd))
  if (facts.isUncleanStart) {
    sentences.push('The last run did not stop in order; what it had committed is intact.')
  }
  return sentences
}

/** Says the clock's time where the user is, and in UTC. */
export function clockSentence(wallMs: number, timeZone: string): string {
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'medium'
  }).format(wallMs)
  return `The clock says ${local} in ${timeZone}, ${new Date(wallMs).toISOString().slice(0, 19)}Z.`
}

function skewSentences(skewMs: number | null): readonly string[] {
  if (skewMs === null || Math.abs(skewMs) <= 2_000) return []
  const side = skewMs > 0 ? 'ahead of' : 'behind'
  const use = Math.abs(skewMs) > 86_400_000 ? 'one of the two is wrong' : 'the venues’ time is used'
  return [`This computer’s clock is ${spanText(Math.abs(skewMs))} ${side} the venues’: ${use}.`]
}

/** `7 s`, `12 min`, `2 h 5 min`, `3 d`. */
function spanText(spanMs: number): string {
  const seconds = Math.round(spanMs / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return `${Math.round(hours / 24)} d`
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** Rules can be relied upon as far as somebody published or worked out what they give. */
function rulesSentences({ calendar, nextChangeMs }: RunRow['markets'][number]): readonly string[] {
  const isKnown = Number.isFinite(nextChangeMs)
  if (!isKnown || nextChangeMs < Date.UTC(xnysRulesReachYear + 1, 0, 1)) return []
  return [
    `${calendar} follows its rules of ${xnysRulesReachYear}, which nobody has confirmed for now: put other hours into [calendars.${calendar}].`
  ]
}

/** Said once a second: the time is put together by hand, since formats of time zones are dear. */
function restartSentence({ atMs, words }: NonNullable<EngineConfig['previousEnd']>): string {
  const at = new Date(atMs)
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()]
  const time = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return `The engine ended at ${time} (${words}) and was started again.`
}

function marketSentence(market: RunRow['markets'][number], timeZone: string): string {
  const change = Number.isFinite(market.nextChangeMs)
    ? new Intl.DateTimeFormat('en-GB', {
        timeZone,
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit'
      }).format(market.nextChangeMs)
    : 'at a time not known'
  const words = { open: 'open', closed: 'closed', pre: 'before its open', post: 'after its close' }
  const next = market.state === 'open' ? 'closes' : 'opens'
  return `${market.calendar} is ${words[market.state]}; it ${next} ${change}.`
}

function planSentences(plan: VenuePlan): readonly string[] {
  const planned =
    plan.instruments === 0
      ? `${plan.name}: waiting for its list of instruments.`
      : `${plan.name}: ${plan.instruments} instruments on ${plan.connections} connections.`
  return [planned, ...plan.problems.map((problem) => `${plan.name}: ${problem}.`)]
}
