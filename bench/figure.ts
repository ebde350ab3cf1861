/** One measured figure of the benchmark. */
export type Figure = {
  readonly name: string
  /** As it is printed: `≥ 0.5`; null for what is told beside a target. */
  readonly target: string | null
  /** Null once it crossed a process border without being finite: something never came. */
  readonly value: number | null
  readonly unit: '×' | '/s' | 'MB' | 'ms' | 'trades' | 'ns' | '%' | ''
  /** Lowest and highest of the rounds; null where there is one measurement. */
  readonly range: readonly [number | null, number | null] | null
  readonly verdict: 'met' | 'missed' | 'told'
}

type Measured = {
  readonly name: string
  readonly value: number
  readonly unit: Figure['unit']
  readonly range?: readonly [number, number]
}

/** A figure that has to reach `target`. */
export function atLeast(target: number, measured: Measured): Figure {
  return judged(`≥ ${target}`, measured.value >= target, measured)
}

/** A figure that must stay within `target`. */
export function atMost(target: number, measured: Measured): Figure {
  return judged(`≤ ${target}`, measured.value <= target, measured)
}

/** A figure that must stay below `target`. */
export function below(target: number, measured: Measured): Figure {
  return judged(`< ${target}`, measured.value < target, measured)
}

/** A figure without a target, told for what it explains. */
export function told(measured: Measured): Figure {
  return { ...measured, target: null, range: measured.range ?? null, verdict: 'told' }
}

function judged(target: string, isMet: boolean, measured: Measured): Figure {
  const verdict = isMet ? 'met' : 'missed'
  return { ...measured, target, range: measured.range ?? null, verdict }
}

/** Hands the figures of one part to whoever started it. */
export function report(figures: readonly Figure[]): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}
