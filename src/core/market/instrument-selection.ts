import type { Instrument } from './instrument.ts'
import { nameDistance, nearestOf, withHint } from './near-names.ts'

/** What a user asks for: `all`, `quote:USD`, `top:50`, or symbols in our spelling. */
export type Selection = string | readonly string[]

/** What a selection came to. */
export type SelectedInstruments = {
  /** Without repeats: in the list's order, by turnover for `top:N`, else by id. */
  readonly instruments: readonly Instrument[]
  /** One sentence for each part of the selection that could not be met as asked; empty when all is well. */
  readonly problems: readonly string[]
}

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
  return withHint(`${symbol} is not offered by the venue`, suggestSymbols(offered, symbol))
}

/** Lists up to three symbols that a mistyped one may have meant, nearest first. */
function suggestSymbols(offered: readonly Instrument[], symbol: string): readonly string[] {
  const trading = offered.filter(({ status }) => status === 'trading')
  return nearestOf(
    trading.map((instrument) => {
      const isBase = nameDistance(symbol, instrument.base) === 0
      const distance = Math.min(nameDistance(symbol, instrument.symbol), isBase ? 1 : Infinity)
      return { name: instrument.symbol, distance }
    })
  )
}
