/** What the benchmark asks of the client that only counts. */
export type CounterQuestion =
  | {
      readonly kind: 'connect'
      readonly wsUrl: string
      /** Symbols of each connection. */
      readonly shards: readonly (readonly string[])[]
    }
  | { readonly kind: 'read' }
  | { readonly kind: 'close' }

/** Frames since the start. */
export type Counted = { readonly frames: number }
