/** The venue's clockwork and limits; tests shorten them. Source: protocols/eodhd.md, read 2026-11-24. */
export type EodhdTuning = {
  /** After the upgrade, until the server's first frame; uniform between both. */
  readonly authorizeMs: { readonly from: number; readonly to: number }
  /** Symbols of one key, summed over its connections. */
  readonly symbolsPerKey: number
  /** Part of the trades that come after newer ones, and how late at most. */
  readonly late: { readonly share: number; readonly maxMs: number }
  readonly maxBufferedBytes: number
}

/** As measured; how late a late trade comes is our choice within "up to seconds". */
export const eodhdTuning: EodhdTuning = {
  authorizeMs: { from: 300, to: 600 },
  symbolsPerKey: 50,
  late: { share: 0.12, maxMs: 2500 },
  maxBufferedBytes: 64 * 1024 * 1024
}
