import type { Instrument } from './instrument.ts'

/** What a user asks for: `all`, `quote:USD`, `top:50`, or symbols in our spelling. */
export type Selection = string | readonly string[]

/** What a selection came to. */
export type SelectedInstruments = {
  /** Without repeats: in the list's order, by turnover for `top:N`, else by id. */
  readonly instruments: readonly Instrument[]
  /** One sentence for each part of the selection that could not be met as asked; empty when all is well. */
  readonly problems: readonly string[]
}

const mostSuggestions = 3

/**
 * Chooses instruments from what a venue offers.
 *
 * Patterns take trading instruments only; a symbol asked for by name is taken while it is halted,
 * but not once it is delisted.
 *
 * @param offered All of one venue; may be empty.
 */
export function selectInstruments(
  offered: readonly Instrument[],
  selection: Selection
): SelectedInstruments {
  if (typeof selection !== 'string') return selectSymbols(offered, selection)
  const trading = offered
    .filter(({ status }) => status === 'trading')
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  if (selection === 'all') return told(trading, 'the venue offers no trading instrument')
  const [kind, value = ''] = selection.split(':', 2)
  if (kind === 'quote') {
    return told(
      trading.filter(({ quote }) => quote === value),
      `no trading instrument is quoted in ${value}`
    )
  }
  if (kind === 'top' && /^[1-9]\d*$/.test(value)) return selectTop(trading, Number(value))
  return {
    instruments: [],
    problems: [`"${selection}" is no selection: all, quote:USD, top:50 or a list of symbols`]
  }
}

function told(instruments: readonly Instrument[], ifEmpty: string): SelectedInstruments {
  return { instruments, problems: instruments.length === 0 ? [ifEmpty] : [] }
}

function selectTop(trading: readonly Instrument[], count: number): SelectedInstruments {
  const ranked = [...trading].sort((a, b) => (b.turnover24h ?? -1) - (a.turnover24h ?? -1))
  const instruments = ranked.slice(0, count)
  const problems: string[] = []
  if (instruments.length < count) {
    problems.push(`top:${count} found only ${instruments.length} trading instruments`)
  }
  if (instruments.some(({ turnover24h }) => turnover24h === null)) {
    problems.push(
      `top:${count} ranks by turnover, which the venue does not tell for all: rest by name`
    )
  }
  return { instruments, problems }
}

function selectSymbols(
  offered: readonly Instrument[],
  symbols: readonly string[]
): SelectedInstruments {
  const bySymbol = new Map<string, Instrument>()
  for (const instrument of offered) {
    bySymbol.set(instrument.symbol, instrument)
    bySymbol.set(instrument.id, instrument)
  }
  const chosen = new Map<string, Instrument>()
  const problems: string[] = []
  for (const symbol of symbols) {
    const found = bySymbol.get(symbol) ?? bySymbol.get(symbol.toUpperCase())
    if (found === undefined) problems.push(unknownSymbol(offered, symbol))
    else if (found.status === 'delisted') problems.push(`${symbol} is delisted`)
    else chosen.set(found.id, found)
  }
  return { instruments: [...chosen.values()], problems }
}

function unknownSymbol(offered: readonly Instrument[], symbol: string): string {
  const near = suggestSymbols(offered, symbol)
  const hint = near.length === 0 ? '' : `; did you mean ${near.join(', ')}?`
  return `${symbol} is not offered by the venue${hint}`
}

/** Lists up to three symbols that a mistyped one may have meant, nearest first. */
function suggestSymbols(offered: readonly Instrument[], symbol: string): readonly string[] {
  const wanted = letters(symbol)
  const scored: { readonly symbol: string; readonly distance: number }[] = []
  for (const instrument of offered) {
    if (instrument.status !== 'trading') continue
    const distance = Math.min(
      editDistance(wanted, letters(instrument.symbol)),
      wanted === letters(instrument.base) ? 1 : Infinity
    )
    if (distance <= 2) scored.push({ symbol: instrument.symbol, distance })
  }
  scored.sort((a, b) => a.distance - b.distance || (a.symbol < b.symbol ? -1 : 1))
  const nearest = scored[0]?.distance ?? 0
  return scored
    .filter(({ distance }) => distance <= nearest + 1)
    .slice(0, mostSuggestions)
    .map((score) => score.symbol)
}

function letters(symbol: string): string {
  return symbol.toUpperCase().replace(/[^A-Z0-9]/g, '')
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
