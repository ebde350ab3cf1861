/** What the benchmark asks of its sender, in this order; the last two once for every reader. */
export type SenderQuestion =
  | { readonly kind: 'listen'; readonly frames: number; readonly rate: number }
  | { readonly kind: 'subscribed' }
  | { readonly kind: 'blast' }

export type SenderReady = {
  readonly wsUrl: string
  readonly restUrl: string
  readonly trades: number
  /** Symbols, in the venue's spelling. */
  readonly products: readonly string[]
}

/** Symbols of each connection. */
export type Subscribed = { readonly shards: readonly (readonly string[])[] }

/** Epoch ms of the first byte, and of the last one handed to the kernel. */
export type Blasted = { readonly startMs: number; readonly sentMs: number }
