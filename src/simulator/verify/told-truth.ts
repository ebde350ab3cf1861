import type { TruthTrade } from '../truth-rows.ts'

/** What the control server knows of one instrument. */
export type ToldInstrument = { readonly subscribers: number }

type TruthAnswer = {
  readonly nowMs: number
  readonly truncated: boolean
  readonly instruments: Readonly<Record<string, ToldInstrument>>
}
type PageAnswer = { readonly items: readonly TruthTrade[]; readonly next: number | null }

/** A control server that cannot be asked. */
class ToldTruthError extends Error {
  override readonly name = 'ToldTruthError'
}

const pageTrades = 10_000
const waitMs = 30_000

/** The truth of a running simulator, asked over HTTP. */
export class ToldTruth {
  readonly #control: string

  /** @param control URL of its control server. */
  constructor(control: string) {
    this.#control = control.replace(/\/$/, '')
  }

  /**
   * @throws ToldTruthError when it cannot be asked, or kept not every trade.
   */
  async summary(): Promise<TruthAnswer> {
    const answer = await this.#get<TruthAnswer>('/truth')
    if (!answer.truncated) return answer
    throw new ToldTruthError('the simulator ran for too long: it kept not every trade')
  }

  /** Everything since the first subscription, oldest first. @throws ToldTruthError */
  async trades(instrument: string): Promise<readonly TruthTrade[]> {
    const trades: TruthTrade[] = []
    for (let row: number | null = 0; row !== null;) {
      const query = `from=${row}&limit=${pageTrades}&unsent=true`
      const page: PageAnswer = await this.#get(
        `/truth/${encodeURIComponent(instrument)}/trades?${query}`
      )
      trades.push(...page.items)
      row = page.next
    }
    return trades
  }

  async #get<Answer>(path: string): Promise<Answer> {
    try {
      const response = await fetch(`${this.#control}${path}`, {
        signal: AbortSignal.timeout(waitMs)
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      return (await response.json()) as Answer
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new ToldTruthError(`${this.#control}${path}: ${reason}`)
    }
  }
}
