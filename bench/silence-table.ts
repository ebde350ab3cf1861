import { seededRandom } from '../src/core/market/random.ts'
import { makeSilenceTape, plotDeaths, zipfRates } from './silence-tape.ts'
import type { SilenceTape } from './silence-tape.ts'
import { noOutcome, tryFixedLimit, tryRhythms } from './silence-trial.ts'
import type { TrialOutcome } from './silence-trial.ts'
import { quantileOf } from './spread.ts'

/**
 * Learned rhythms beside fixed limits, on one seeded tape of a day: false alarms and missed deaths.
 * Run with `node bench/silence-table.ts`; prints a line of JSON for each rule, then the tables.
 */

const seed = 7
const dayMs = 86_400_000
const perLink = 15
const rates = zipfRates(22 * perLink)
const fixedLimitsMs = [10_000, 45_000, 60_000, 120_000]
const linkDeathsPerDay = 12
const busyDeathsPerDay = 200

const learnedRules = [
  { rule: 'learned, hears tails', asksRest: true, hearsTails: true },
  { rule: 'learned, asks REST', asksRest: true, hearsTails: false },
  { rule: 'learned, no REST to ask', asksRest: false, hearsTails: false }
] as const

type Row = { readonly of: string; readonly rule: string; readonly outcome: TrialOutcome }

const random = seededRandom(seed)
const tapes = Array.from({ length: rates.length / perLink }, (...[, link]) =>
  makeSilenceTape(rates.slice(link * perLink, (link + 1) * perLink), dayMs, random)
)
const linkDeaths = tapes.map((tape) =>
  plotDeaths(tape, { perDay: linkDeathsPerDay, instrument: null }, random)
)
/** Instruments of a link die in turn, so that no two are dead at once. */
const instrumentDeaths = tapes.map((tape) =>
  plotDeaths(tape, { perDay: perLink, instrument: null }, random).map(({ atMs }, index) => ({
    atMs,
    instrument: index % perLink
  }))
)

const [busiest] = tapes
if (busiest === undefined) throw new Error('there is no tape')
const busyDeaths = plotDeaths(busiest, { perDay: busyDeathsPerDay, instrument: null }, random)

const rows: readonly Row[] = [
  ...[true, false].map((asksRest) => ({
    of: 'the busiest link',
    rule: asksRest ? 'learned, asks REST' : 'learned, no REST to ask',
    outcome: tryRhythms(busiest, busyDeaths, { asksRest })
  })),
  ...fixedLimitsMs.map((limitMs) => ({
    of: 'the busiest link',
    rule: `fixed ${limitMs / 1_000} s`,
    outcome: tryFixedLimit(busiest, busyDeaths, limitMs)
  })),
  ...learnedRules.map(({ rule, ...how }) => ({
    of: 'links',
    rule,
    outcome: sum(tapes.map((tape, link) => tryRhythms(tape, linkDeaths[link] ?? [], how)))
  })),
  ...fixedLimitsMs.map((limitMs) => ({
    of: 'links',
    rule: `fixed ${limitMs / 1_000} s`,
    outcome: sum(tapes.map((tape, link) => tryFixedLimit(tape, linkDeaths[link] ?? [], limitMs)))
  })),
  ...learnedRules
    .filter(({ asksRest }) => asksRest)
    .map(({ rule, ...how }) => ({
      of: 'instruments',
      rule,
      outcome: sum(tapes.map((tape, link) => tryRhythms(tape, instrumentDeaths[link] ?? [], how)))
    })),
  ...fixedLimitsMs.map((limitMs) => ({
    of: 'instruments',
    rule: `fixed ${limitMs / 1_000} s`,
    outcome: sum(tapes.flatMap((tape, link) => tryEach(tape, link, limitMs)))
  }))
]

/** A fixed limit on each instrument by itself. */
function tryEach(tape: SilenceTape, link: number, limitMs: number): readonly TrialOutcome[] {
  return Array.from({ length: tape.instruments }, (...[, instrument]) => {
    const times = tape.times.filter((...[, index]) => tape.of[index] === instrument)
    const deaths = (instrumentDeaths[link] ?? []).filter((each) => each.instrument === instrument)
    return tryFixedLimit({ ...tape, times }, deaths, limitMs)
  })
}

function sum(outcomes: readonly TrialOutcome[]): TrialOutcome {
  const total = noOutcome()
  for (const each of outcomes) {
    total.falseAlarms += each.falseAlarms
    total.missed += each.missed
    total.harmless += each.harmless
    total.questions += each.questions
    total.falseFlags += each.falseFlags
    total.tailQuestions += each.tailQuestions
    total.foundMs.push(...each.foundMs)
    total.missingMs.push(...each.missingMs)
  }
  return total
}

const seconds = (ms: number) => (Number.isFinite(ms) ? (ms / 1_000).toFixed(1) : '–')

for (const { of, rule, outcome } of rows) {
  const { foundMs, missingMs, ...counts } = outcome
  const found = Float64Array.from(foundMs).sort()
  const missing = Float64Array.from(missingMs).sort()
  const line = {
    of,
    rule,
    seed,
    ...counts,
    found: found.length,
    detectMs: {
      p50: quantileOf(found, 0.5),
      p95: quantileOf(found, 0.95),
      max: found.at(-1) ?? null
    },
    missingMs: {
      p50: quantileOf(missing, 0.5),
      p95: quantileOf(missing, 0.95),
      max: missing.at(-1) ?? null
    }
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const trades = tapes.reduce((total, { times }) => total + times.length, 0)
process.stdout.write(
  `\n${rates.length} instruments on ${tapes.length} links, 24 hours, ${trades} trades, seed ${seed}\n`
)
for (const subject of ['the busiest link', 'links', 'instruments']) {
  process.stdout.write(
    `\n${subject.padEnd(26)}false alarms   missed   found   p50 s   p95 s     max   missing p95     max   questions   flags\n`
  )
  for (const { rule, outcome } of rows.filter((row) => row.of === subject)) {
    const found = Float64Array.from(outcome.foundMs).sort()
    const missing = Float64Array.from(outcome.missingMs).sort()
    const cells = [
      rule.padEnd(26),
      String(outcome.falseAlarms).padStart(12),
      String(outcome.missed).padStart(9),
      String(found.length).padStart(8),
      seconds(quantileOf(found, 0.5)).padStart(8),
      seconds(quantileOf(found, 0.95)).padStart(8),
      seconds(found.at(-1) ?? NaN).padStart(8),
      seconds(quantileOf(missing, 0.95)).padStart(14),
      seconds(missing.at(-1) ?? NaN).padStart(8),
      String(outcome.questions).padStart(12),
      String(outcome.falseFlags).padStart(8)
    ]
    process.stdout.write(`${cells.join('')}\n`)
  }
}
