import { FilledIds } from './filled-ids.ts'
import type { FilledRun } from './filled-ids.ts'
import type { Gap, GapKey } from './gap.ts'
import type { IdGap } from './gap-pieces.ts'
import type { LedgerDraft } from './ledger-draft.ts'
import type { LedgerState } from './ledger-state.ts'
import { stretchOf } from './tile-ledger.ts'

/** Settled gaps kept for showing; of older ones only where they lay is remembered, by state. */
const settledKept = 32

/** A gap that is not settled yet, with what is known of its ids. */
export class OpenGap {
  gap: Gap
  readonly filled = new FilledIds()
  /** Backfill brought some of its trades. */
  isBackfilled = false

  constructor(gap: Gap) {
    this.gap = gap
  }

  /** How many ids are missing still; 0 where ids do not tell. */
  get missing(): number {
    return isIdGap(this.gap) ? this.gap.lastId - this.gap.firstId + 1 - this.filled.count : 0
  }
}

/** Tells whether ids tell of a gap. */
export function isIdGap(gap: Gap): gap is IdGap {
  return gap.firstId !== null && gap.lastId !== null
}

type Stretch = { readonly fromMs: number; readonly toMs: number }

/**
 * The gaps of one instrument: all open ones, the last settled ones, and which changed since they were
 * last told. A gap that filled by itself before it was ever told leaves no trace: its trades only came
 * in another order.
 */
export class GapShelf {
  readonly #onChange: () => void
  /** By id, or by time where ids do not tell. */
  readonly #open: OpenGap[] = []
  #settled: Gap[] = []
  readonly #forgotten = new Map<LedgerState, Stretch>()
  #reachMs = -Infinity
  readonly #changed = new Set<OpenGap>()
  /** Settled since the last take. */
  #closed: Gap[] = []
  #replaced: GapKey[] = []
  readonly #told = new WeakSet<OpenGap>()
  #missing = 0
  #lost = 0
  #revision = 0

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Open gaps, oldest first. */
  get open(): readonly OpenGap[] {
    return this.#open
  }

  /** Venue time up to which any gap ever reached; -Infinity while there was none. */
  get reachMs(): number {
    return this.#reachMs
  }

  /** Ids known to be missing in open gaps. */
  get missing(): number {
    return this.#missing
  }

  /** Gaps, or pieces of them, that could not be filled with trades. */
  get lost(): number {
    return this.#lost
  }

  /** Rises with each gap that opens, grows or is settled. */
  get revision(): number {
    return this.#revision
  }

  /** The gaps in memory, in no order. */
  all(): readonly Gap[] {
    return [...this.#settled, ...this.#open.map(({ gap }) => gap)]
  }

  /** Takes a stored gap up again. */
  resume(gap: Gap, filled: readonly FilledRun[]): void {
    const held = this.#insert(gap)
    for (const run of filled) held.filled.add(run)
    this.#missing -= held.filled.count
    this.#told.add(held)
  }

  /** Opens a gap; one that is settled from the beginning is only kept. */
  add(gap: Gap): void {
    if (gap.state === 'open') this.#changed.add(this.#insert(gap))
    else this.#keep(gap)
    this.#note()
  }

  /** The open gap that holds an id, null when none does. */
  holding(id: number): OpenGap | null {
    let low = 0
    let high = this.#open.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const held = this.#open[middle]
      if (held === undefined || !isIdGap(held.gap)) return null
      if (id < held.gap.firstId) high = middle - 1
      else if (id > held.gap.lastId) low = middle + 1
      else return held
    }
    return null
  }

  /** The open gap of a key, null when it is not open any more. */
  find(key: GapKey): OpenGap | null {
    const at = this.#open.findIndex(({ gap }) =>
      key.firstId === null
        ? gap.firstId === null && gap.fromMs === key.fromMs
        : gap.firstId === key.firstId
    )
    return this.#open[at] ?? null
  }

  /** Takes note that ids of an open gap came. Filled whole, it is closed. */
  fill(held: OpenGap, run: FilledRun, origin: 'live' | 'backfill'): void {
    const before = held.missing
    held.filled.add(run)
    this.#missing += held.missing - before
    if (origin === 'backfill') held.isBackfilled = true
    if (held.missing === 0) this.#fillWhole(held)
    else this.#onChange()
  }

  /** Puts settled pieces in the place of an open gap. */
  settle(held: OpenGap, pieces: readonly Gap[]): void {
    this.#remove(held)
    const isKept = pieces.some((piece) => placeOf(piece) === placeOf(held.gap))
    if (this.#told.has(held) && !isKept) this.#replaced.push(keyOf(held.gap))
    for (const piece of pieces) this.#keep(piece)
    this.#note()
  }

  /** Puts one open gap in the place of several. @param ids Of them and between them, those that came. */
  merge(merged: readonly OpenGap[], gap: Gap, ids: readonly FilledRun[]): void {
    for (const held of merged) {
      this.#remove(held)
      if (this.#told.has(held)) this.#replaced.push(keyOf(held.gap))
    }
    const whole = this.#insert(gap)
    for (const run of ids) whole.filled.add(run)
    this.#missing -= whole.filled.count
    whole.isBackfilled = merged.some(({ isBackfilled }) => isBackfilled)
    this.#changed.add(whole)
    this.#note()
  }

  /** The worst that is remembered of gaps no longer kept, over [fromMs, toMs); null for nothing. */
  forgottenState(fromMs: number, toMs: number): LedgerState | null {
    for (const state of ['lost', 'unproven', 'refilled-candles', 'refilled'] as const) {
      const stretch = this.#forgotten.get(state)
      if (stretch !== undefined && stretch.fromMs < toMs && stretch.toMs > fromMs) return state
    }
    return null
  }

  /** Something is waiting to be told. */
  get isChanged(): boolean {
    return this.#changed.size > 0 || this.#closed.length > 0 || this.#replaced.length > 0
  }

  /** Adds what changed since the last take. */
  take(into: LedgerDraft): void {
    into.replaced.push(...this.#replaced)
    into.gaps.push(...this.#closed)
    for (const held of this.#changed) {
      into.gaps.push(held.gap)
      this.#told.add(held)
    }
    this.#replaced = []
    this.#closed = []
    this.#changed.clear()
  }

  #fillWhole(held: OpenGap): void {
    const source = held.isBackfilled ? 'trades' : 'late'
    if (source === 'trades' || this.#told.has(held)) {
      this.settle(held, [{ ...held.gap, state: 'refilled', source }])
      return
    }
    this.#remove(held)
    this.#note()
  }

  #insert(gap: Gap): OpenGap {
    const held = new OpenGap(gap)
    let at = this.#open.length
    while (at > 0 && placeOf(this.#open[at - 1]?.gap) > placeOf(gap)) at -= 1
    this.#open.splice(at, 0, held)
    this.#missing += held.missing
    this.#reach(gap)
    return held
  }

  #remove(held: OpenGap): void {
    this.#open.splice(this.#open.indexOf(held), 1)
    this.#missing -= held.missing
    this.#changed.delete(held)
  }

  #keep(gap: Gap): void {
    if (gap.state === 'lost' || gap.state === 'refilled-candles') this.#lost += 1
    this.#closed.push(gap)
    this.#settled.push(gap)
    this.#reach(gap)
    if (this.#settled.length <= 2 * settledKept) return
    for (const old of this.#settled.slice(0, -settledKept)) this.#forget(old)
    this.#settled = this.#settled.slice(-settledKept)
  }

  #forget(gap: Gap): void {
    const { fromMs, toMs } = stretchOf(gap, gap.toMs)
    const known = this.#forgotten.get(gap.state)
    this.#forgotten.set(gap.state, {
      fromMs: Math.min(known?.fromMs ?? Infinity, fromMs),
      toMs: Math.max(known?.toMs ?? -Infinity, toMs)
    })
  }

  #reach(gap: Gap): void {
    this.#reachMs = Math.max(this.#reachMs, stretchOf(gap, gap.toMs).toMs)
  }

  #note(): void {
    this.#revision += 1
    this.#onChange()
  }
}

function keyOf(gap: Gap): GapKey {
  const { instrument, firstId, fromMs } = gap
  return gap.firstId === null
    ? { instrument, firstId: null, fromMs: gap.fromMs }
    : { instrument, firstId: firstId ?? 0, fromMs }
}

function placeOf(gap: Gap | undefined): number {
  return gap?.firstId ?? gap?.fromMs ?? -Infinity
}
