import type { TimeInterval } from '../../core/market/interval.ts'

/** How long stored rows are kept; null: for good. Ages in ms, of venue time. */
export type RetentionTerms = {
  readonly tradesMs: number | null
  /** Of each time interval that has an age. */
  readonly candlesMs: Readonly<Partial<Record<TimeInterval, number>>>
  /** Of candles that count trades. */
  readonly ticksMs: number | null
  /** What frames do not tell; kept as long as the trades that they belong to in any case. */
  readonly marksMs: number | null
  readonly incidentsMs: number | null
  /** Of database and tape files together. */
  readonly mostBytes: number | null
}

/** Terms at a moment of the run clock. */
export type RetentionRule = RetentionTerms & { readonly nowMs: number }

/** Something that is deleted, a few rows at a time. Rows before `toMs` go; of candles it is the start of a UTC day. */
export type Forgetting =
  /** The trades of a venue and hour, all of which lie in files; hour = floor(epoch ms / 3600000). */
  | { readonly kind: 'hour'; readonly venue: string; readonly hour: number }
  | { readonly kind: 'candles'; readonly interval: TimeInterval; readonly toMs: number }
  | { readonly kind: 'ticks'; readonly toMs: number }
  | { readonly kind: 'marks'; readonly toMs: number }
  | { readonly kind: 'incidents'; readonly toMs: number }
  /** Free pages are given back to the file system until so many are left. */
  | { readonly kind: 'pages'; readonly leave: number }

/** What is to be deleted next, and how much is in use. */
export type RetentionPlan = {
  /** Null: all is as the rule wants it, or nothing more may go. */
  readonly next: Forgetting | null
  /** Of database and tape files together. */
  readonly usedBytes: number
}

/** Two steps that are the same. */
export function isSameForgetting(a: Forgetting, b: Forgetting): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
