import type { Coverage, GrownCoverage } from '../../src/core/market/ledger/coverage.ts'
import type { Gap, GapKey } from '../../src/core/market/ledger/gap.ts'
import type { LedgerChanges, LedgerSeed } from '../../src/core/market/ledger/ledger-changes.ts'

/** The ledger of one instrument in memory that keeps the contract of the stored one. */
export class LedgerStore {
  readonly #coverage = new Map<number, GrownCoverage>()
  readonly #gaps = new Map<string, Gap>()

  put({ coverage, replaced, gaps }: LedgerChanges): void {
    for (const stretch of coverage) this.#putCoverage(stretch)
    for (const key of replaced) this.#remove(key)
    for (const gap of gaps) this.#putGap(gap)
  }

  /** Oldest first. */
  coverage(): readonly Coverage[] {
    return this.#stretches().map(({ instrument, fromMs, toMs, kind }) => {
      return { instrument, fromMs, toMs, kind }
    })
  }

  /** By first id, or by start. */
  gaps(): readonly Gap[] {
    return [...this.#gaps.values()].sort((a, b) => placeOf(a) - placeOf(b))
  }

  seed(): LedgerSeed {
    return {
      coverage: this.#newest(),
      newestId: this.#newest()?.newestId ?? null,
      openGaps: this.gaps().filter(({ state }) => state === 'open'),
      newestGap: [...this.gaps()].sort((a, b) => a.toMs - b.toMs).at(-1) ?? null
    }
  }

  /** Makes it one that was stored before ids were noted. */
  forgetIds(): void {
    for (const [fromMs, stretch] of this.#coverage) {
      this.#coverage.set(fromMs, { ...stretch, newestId: null })
    }
  }

  #newest(): GrownCoverage | null {
    return this.#stretches().at(-1) ?? null
  }

  #stretches(): GrownCoverage[] {
    return [...this.#coverage.values()].sort((a, b) => a.fromMs - b.fromMs)
  }

  #putCoverage(stretch: GrownCoverage): void {
    const known = this.#coverage.get(stretch.fromMs)
    if (known !== undefined && known.toMs > stretch.toMs) {
      throw new Error(`expected coverage to grow from ${known.toMs}, received ${stretch.toMs}`)
    }
    if (stretch.toMs <= stretch.fromMs) {
      throw new Error(`expected a stretch with a length, received ${JSON.stringify(stretch)}`)
    }
    this.#coverage.set(stretch.fromMs, stretch)
  }

  #remove(key: GapKey): void {
    if (this.#gaps.get(nameOf(key))?.state !== 'open') {
      throw new Error(`expected a stored open gap to be replaced, received ${nameOf(key)}`)
    }
    this.#gaps.delete(nameOf(key))
  }

  #putGap(gap: Gap): void {
    const known = this.#gaps.get(nameOf(gap))
    if (known !== undefined && known.state !== 'open') {
      throw new Error(`expected a settled gap to stay, received ${JSON.stringify(gap)}`)
    }
    this.#gaps.set(nameOf(gap), gap)
  }
}

function nameOf({ firstId, fromMs }: GapKey): string {
  return firstId === null ? `at ${fromMs}` : `id ${firstId}`
}

function placeOf({ firstId, fromMs }: Gap): number {
  return firstId ?? fromMs
}
