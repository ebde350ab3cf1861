import { mostCoreWaitPercent } from './core-wait.ts'
import { growthTrend, type GrowthTrend, type Reading } from '../src/engine/health/growth-trend.ts'

/** What a soak came to so far; of a figure that changes, the worst. Null: not known yet. */
export type SoakFigures = {
  readonly lostSilent: number | null
  readonly duplicates: number | null
  readonly phantom: number | null
  readonly different: number | null
  readonly overDeclared: number | null
  /** What SQLite finds wrong with the file. */
  readonly damages: number | null
  /** Gaps that were still open when the market had rested for minutes. */
  readonly openGaps: number | null
  /** What handlers threw. */
  readonly handlerFaults: number
  /** Lines of the log's files within a second and within ten. */
  readonly log_1s: number
  readonly log_10s: number
  /** The most connects of any venue within five minutes. */
  readonly connects_5m: number
  /** Upgrades that venues refused for coming too fast, and times that one shut us out. */
  readonly refusedForRate: number
  readonly bans: number
  /** Of the seconds after the first minute. */
  readonly loopDelayP99Ms: number | null
  readonly loopDelayMaxMs: number | null
  /** Of that time the engine wanted to run and got no core, percent. */
  readonly coreWaitPercent: number
  /** Structures that were beyond their bounds. */
  readonly beyondBounds: number
  readonly droppedTrades: number
  readonly candlesWrong: number | null
  readonly handlerTimeouts: number
  readonly rssMb: number
  /** Slope of the heap's floor over the later half, upper bound of 95 %; null while too little is known. */
  readonly growthHighMbPerMinute: number | null
  /** Mean over the soak. */
  readonly messagesPerSecond: number
}

type Rule = {
  /** Of the fault matrix; null: of the soak itself. */
  readonly rule: string | null
  readonly name: Exclude<keyof SoakFigures, 'coreWaitPercent'>
  readonly what: string
  /** Of a soak that lasted less it is told only. */
  readonly afterMinutes?: number
  /** Where the machine has no core to give it is told only. */
  readonly needsCore?: true
} & ({ readonly most: number } | { readonly least: number })

/** What 326 instruments need; and messages as large as may be, 4 MiB in pieces and whole, on a fifth of 25 links at once. */
const mostRssMb = 250 + 5 * 3 * 4

/** 60 MB an hour; an engine is told to grow from 100 MB an hour on (limits of the fault matrix). */
const mostGrowthMbPerMinute = 1

const rules: readonly Rule[] = [
  { rule: 'U1', name: 'lostSilent', what: 'trades lost silently', most: 0 },
  { rule: 'U1', name: 'duplicates', what: 'trades stored twice', most: 0 },
  { rule: 'U1', name: 'phantom', what: 'trades stored that were not sent', most: 0 },
  { rule: 'U1', name: 'different', what: 'trades stored otherwise than sent', most: 0 },
  { rule: 'U1', name: 'overDeclared', what: 'declared missing, and not sent', most: 0 },
  { rule: 'U1', name: 'openGaps', what: 'gaps open at the end', most: 0 },
  { rule: 'U1', name: 'damages', what: 'damages of the database', most: 0 },
  { rule: 'U4', name: 'handlerFaults', what: 'what handlers threw', most: 0 },
  { rule: 'U5', name: 'log_1s', what: 'log lines in any second', most: 20 },
  { rule: 'U5', name: 'log_10s', what: 'log lines in any 10 s', most: 200 },
  { rule: 'U6', name: 'connects_5m', what: 'connects of a venue in any 5 min', most: 300 },
  { rule: 'U6', name: 'refusedForRate', what: 'connects refused for their rate', most: 0 },
  { rule: 'U6', name: 'bans', what: 'bans', most: 0 },
  {
    rule: 'U7',
    name: 'loopDelayP99Ms',
    what: 'event loop delay p99, ms',
    most: 50,
    afterMinutes: 2,
    needsCore: true
  },
  {
    rule: 'U7',
    name: 'loopDelayMaxMs',
    what: 'event loop delay max, ms',
    most: 250,
    afterMinutes: 2,
    needsCore: true
  },
  { rule: 'U8', name: 'beyondBounds', what: 'structures beyond their bounds', most: 0 },
  { rule: 'U8', name: 'droppedTrades', what: 'trades dropped', most: 0 },
  { rule: 'U10', name: 'candlesWrong', what: 'candles unlike their trades', most: 0 },
  { rule: null, name: 'handlerTimeouts', what: 'handler timeouts', most: 0 },
  { rule: null, name: 'rssMb', what: 'memory of the engine, MB', most: mostRssMb },
  {
    rule: null,
    name: 'growthHighMbPerMinute',
    what: 'growth of the heap, MB a minute, upper bound',
    most: mostGrowthMbPerMinute,
    afterMinutes: 20
  },
  { rule: null, name: 'messagesPerSecond', what: 'messages a second, mean', least: 1_500 }
]

/** One rule, and whether it held. */
export type SoakVerdict = {
  readonly rule: string | null
  readonly what: string
  /** As `at most 50`. */
  readonly bound: string
  /** Null: not known. */
  readonly value: number | null
  readonly outcome: 'held' | 'broken' | 'not judged'
}

/** Holds what a soak came to against every rule, in the order of the rules. @param minutes That it lasted. */
export function judgeSoak(figures: SoakFigures, minutes: number): readonly SoakVerdict[] {
  return rules.map((rule) => {
    const value = figures[rule.name]
    const isHeld = 'most' in rule ? (value ?? 0) <= rule.most : (value ?? 0) >= rule.least
    const isStarved = rule.needsCore === true && figures.coreWaitPercent > mostCoreWaitPercent
    const isJudged = value !== null && minutes >= (rule.afterMinutes ?? 0) && !isStarved
    const judged = isHeld ? 'held' : 'broken'
    return {
      rule: rule.rule,
      what: rule.what,
      bound: 'most' in rule ? `at most ${rule.most}` : `at least ${rule.least}`,
      value,
      outcome: isJudged ? judged : 'not judged'
    }
  })
}

/** The rules that were broken, in words. */
export function breachesOf(verdicts: readonly SoakVerdict[]): readonly string[] {
  return verdicts
    .filter(({ outcome }) => outcome === 'broken')
    .map(({ what, value, bound }) => `${what}: ${value}, expected ${bound}`)
}

const warmUpMs = 180_000
const bytesPerMb = 1_048_576

/**
 * The slope of the heap's floor over the later half, MB a minute; null while too little is known. In the
 * first, what is bounded fills up: the last 384 trades of a quiet instrument take a while to come. A leak
 * goes on to the end.
 */
export function soakGrowth(floors: readonly Reading[]): GrowthTrend | null {
  const fromMs = Math.max(warmUpMs, (floors.at(-1)?.atMs ?? 0) / 2)
  const trend = growthTrend(floors.filter(({ atMs }) => atMs >= fromMs))
  if (trend === null) return null
  const { perMinute, low, high } = trend
  return {
    perMinute: perMinute / bytesPerMb,
    low: low / bytesPerMb,
    high: high / bytesPerMb
  }
}
