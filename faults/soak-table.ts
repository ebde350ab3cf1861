import type { SoakVerdict } from './soak-rules.ts'

const columns = ['rule', 'what', 'worst', 'bound', ''] as const

/** Lays out what each rule came to, for reading. */
export function soakTable(verdicts: readonly SoakVerdict[]): string {
  const rows = verdicts.map(({ rule, what, value, bound, outcome }) => [
    rule ?? '',
    what,
    value === null ? '–' : String(value),
    bound,
    outcome
  ])
  const widths = columns.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0))
  )
  return [columns, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

/** One minute of a soak in a line: `minute 3: messagesPerSecond 2010, openGaps 0`. */
export function minuteLine(
  minute: number,
  figures: Readonly<Record<string, string | number | null>>,
  breaches: readonly string[]
): string {
  const told = Object.entries(figures).map(([name, value]) => `${name} ${value ?? '–'}`)
  const broken = breaches.length === 0 ? '' : ` · BROKEN ${breaches.join('; ')}`
  return `minute ${minute}: ${told.join(', ')}${broken}`
}
