import type { CloseRule } from '../../venues/venue.ts'

/**
 * What close frames mean at any venue; the first rule that fits counts. RFC 6455 §7.4.1 and the IANA
 * registry of close codes, read 2026-11.
 */
const commonRules: readonly CloseRule[] = [
  { code: [1000, 4999], says: /maintenance/i, class: 'maintenance' },
  { code: [1000, 1001], class: 'normal' },
  { code: [1002, 1003], class: 'protocol' },
  // No code was given, or no close frame came.
  { code: 1005, class: 'normal' },
  { code: 1006, class: 'eof' },
  { code: 1007, class: 'protocol' },
  { code: 1008, class: 'policy', leastDelayMs: 60_000 },
  { code: 1009, class: 'oversized' },
  { code: 1010, class: 'protocol' },
  { code: 1011, class: 'server' },
  { code: 1012, class: 'server', spreadMs: 5_000 },
  { code: 1013, class: 'server', leastDelayMs: 30_000, spreadMs: 5_000 },
  { code: 1014, class: 'server' },
  { code: 1015, class: 'tls', leastDelayMs: 60_000 },
  // Registered, and a venue's own.
  { code: [3000, 4999], class: 'server' }
]

const unknownRule: Omit<CloseRule, 'code'> = { class: 'server' }

/** Finds what a close means: the venue's own rules first, then those of all venues. */
export function findCloseRule(
  end: { readonly code: number; readonly reason: string },
  venueRules: readonly CloseRule[]
): Omit<CloseRule, 'code'> {
  const fits = ({ code, says }: CloseRule): boolean => {
    const [first, last] = typeof code === 'number' ? [code, code] : code
    return end.code >= first && end.code <= last && (says === undefined || says.test(end.reason))
  }
  return venueRules.find(fits) ?? commonRules.find(fits) ?? unknownRule
}
