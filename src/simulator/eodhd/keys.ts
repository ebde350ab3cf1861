/** Symbols that the public demonstration key may see. */
const demoSymbols: ReadonlySet<string> = new Set(['AAPL', 'MSFT', 'TSLA'])

/**
 * Keys and the symbols that their connections hold together. Every key is good that is not empty and
 * does not begin with `bad`; `demo` sees three symbols only.
 */
export class EodhdKeys {
  readonly #symbolsPerKey: number
  /** By key; keys without symbols are forgotten. */
  readonly #held = new Map<string, number>()

  constructor(symbolsPerKey: number) {
    this.#symbolsPerKey = symbolsPerKey
  }

  isGood(key: string): boolean {
    return key !== '' && !key.startsWith('bad')
  }

  maySee(key: string, symbol: string): boolean {
    return key !== 'demo' || demoSymbols.has(symbol)
  }

  /** Takes all of so many symbols for a key, or none of them. */
  take(key: string, count: number): boolean {
    const held = (this.#held.get(key) ?? 0) + count
    if (held > this.#symbolsPerKey) return false
    this.#held.set(key, held)
    return true
  }

  giveBack(key: string, count: number): void {
    const left = (this.#held.get(key) ?? 0) - count
    if (left > 0) this.#held.set(key, left)
    else this.#held.delete(key)
  }
}
