import type { VenueError } from '../../../core/venue-error.ts'

/** Says for people why a venue did not give something; what was asked, and the answer itself, is for the log. */
export function refusalOf({ code, detail }: VenueError, what: 'trades' | 'candles'): string {
  if (code === 'venue-unknown-instrument') return 'the venue does not know the instrument'
  if (code === 'venue-key-missing') return `the venue gives ${what} only to those who have a key`
  const answer = typeof detail['status'] === 'number' ? ` (${detail['status']})` : ''
  return `the venue refused to give ${what}${answer}`
}
