/** Writes what is wrong with the engine in one line: the gravest sentence, and how many follow it. */
export function problemsText(problems: readonly string[]): string {
  const [gravest = ''] = problems
  const others = problems.length - 1
  if (others < 1) return gravest
  return `${gravest} (and ${others} ${others === 1 ? 'other problem' : 'other problems'})`
}

/** Tells whether problems are the same as before; a figure that only grew makes no new problem. */
export function problemsKey(problems: readonly string[]): string {
  return problems.map((sentence) => sentence.replaceAll(/\d[\d.,]*/g, '#')).join('\n')
}
