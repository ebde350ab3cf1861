export type FirstRunSource = {
  /** The address asks for the card. */
  readonly isAsked: boolean
  readonly isLinked: boolean
  readonly instruments: number
  readonly connections: number
  /** Venues the engine was told of; null before its first report. */
  readonly venues: number | null
}

/** True when no venue is configured: the engine is there and has nothing to do. */
export function needsFirstRun(source: FirstRunSource): boolean {
  if (source.instruments > 0 || source.connections > 0) return false
  return source.isAsked || (source.isLinked && source.venues === 0)
}
