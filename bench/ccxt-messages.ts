/** What the benchmark asks of ccxt's client. */
export type CcxtQuestion =
  | {
      readonly kind: 'watch'
      readonly wsUrl: string
      readonly restUrl: string
      /** Symbols of each connection. */
      readonly shards: readonly (readonly string[])[]
    }
  /** Answered when all have come, or no more do. */
  | { readonly kind: 'finish'; readonly trades: number }

export type CcxtRead = {
  readonly received: number
  /** Epoch ms at which the last trades were handed to the user. */
  readonly lastMs: number
  readonly rssMb: number
}
