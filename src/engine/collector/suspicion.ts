/** How a silence speaks against a link. `question`: too little to act upon, enough to ask REST. */
export type SilenceKind = 'flow' | 'silence' | 'question'

/** What is wrong with a link that still looks open. */
export type Suspicion = {
  readonly kind: SilenceKind | 'doubt' | 'pong' | 'half-open' | 'heartbeat' | 'withheld'
  readonly text: string
  /** False: somebody may still explain it; REST, if it is asked. */
  readonly isProven: boolean
}

/** A suspicion that nobody can explain. */
export function proven(kind: Suspicion['kind'], text: string): Suspicion {
  return { kind, text, isProven: true }
}
