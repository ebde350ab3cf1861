export type FirstRunSource = {
  /** The address asks for the card. */
  readonly isAsked: boolean
  readonly isLinked: boolean
  readonly instruments: number
  readonly connections: number
  /** Start-up sentences of the engine; null while the run is not known. */
  readonly diagnostics: number | null
}

/** True when nothing is configured: the engine is there and has nothing to do nor to say. */
export function needsFirstRun(source: FirstRunSource): boolean {
  const isIdle =
    source.isLinked &&
    source.instruments === 0 &&
    source.connections === 0 &&
    source.diagnostics === 0
  return isIdle || (source.isAsked && source.instruments === 0)
}
