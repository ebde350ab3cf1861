const mostNames = 3
const mostEdits = 2

/** A name and how far it is from what was asked for. */
export type NamedDistance = { readonly name: string; readonly distance: number }

/**
 * How many letters two names differ in; case and signs do not count.
 */
export function nameDistance(a: string, b: string): number {
  return editDistance(letters(a), letters(b))
}

/** The nearest of the names, up to three, nearest first; none that differs in more than two letters. */
export function nearestOf(named: readonly NamedDistance[]): readonly string[] {
  const near = named
    .filter(({ distance }) => distance <= mostEdits)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  const nearest = near[0]?.distance ?? 0
  return near
    .filter(({ distance }) => distance <= nearest + 1)
    .slice(0, mostNames)
    .map(({ name }) => name)
}

/** Adds what may have been meant to a sentence. */
export function withHint(sentence: string, names: readonly string[]): string {
  return names.length === 0 ? sentence : `${sentence}; did you mean ${names.join(', ')}?`
}

function letters(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '')
}

function editDistance(a: string, b: string): number {
  let previous = [...Array(b.length + 1).keys()]
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const swap = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const cut = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1
      current.push(Math.min(swap, cut))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
