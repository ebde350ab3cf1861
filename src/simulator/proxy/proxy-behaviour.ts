/** A direction of a proxied connection, seen from the client. */
export type ProxyDirection = 'up' | 'down'

/** What a network does between a client and a venue. */
export type ProxyBehaviour = {
  /** Bytes are thrown away without a word; a connection that lost some is reset once that is over. */
  readonly drop: 'none' | 'both' | ProxyDirection
  /** Each piece comes so much later, give or take up to `jitterMs`; the order stays. */
  readonly delayMs: number
  readonly jitterMs: number
  /** Of each direction of each connection; null: as many as there are. */
  readonly bytesPerSecond: number | null
  /** Pieces of 1 to so many bytes; null: as they come. */
  readonly sliceBytes: number | null
  /** New connections pass, are reset, are accepted and get nothing, or find the port closed. */
  readonly admit: 'pass' | 'reset' | 'mute' | 'port'
}

/** A network that does nothing to what passes. */
export const passThrough: ProxyBehaviour = {
  drop: 'none',
  delayMs: 0,
  jitterMs: 0,
  bytesPerSecond: null,
  sliceBytes: null,
  admit: 'pass'
}
