import type { VenueId } from '../../core/market/instrument.ts'
import type { Venue } from '../../venues/venue.ts'
import { ReplayError } from './replay-error.ts'

/** Who may have sent the frames of a capture. */
export type VenueHints = {
  /** `--venue`; null where not given. */
  readonly asked: VenueId | null
  /** What the recorder told; null where it did not. */
  readonly told: VenueId | null
  /** Venues that the asked instruments name, without repeats; may be empty. */
  readonly instruments: readonly VenueId[]
  /** Addresses of the sockets in the capture; may be empty. */
  readonly urls: readonly string[]
}

/**
 * Chooses the venue of a capture: the one that its recorder told, else the one asked for, else the one that
 * the instruments name, else the one whose addresses the capture holds.
 *
 * @throws ReplayError naming `--venue` when none or several come into question.
 */
export function chooseVenue(venues: readonly Venue[], hints: VenueHints): Venue {
  const known = venues.map(({ id }) => id).join(', ')
  const named = new Set(hints.asked === null ? hints.instruments : [hints.asked])
  for (const id of hints.instruments) named.add(id)
  if (hints.told !== null) named.add(hints.told)
  if (named.size > 1)
    throw new ReplayError(
      'replay-unknown-venue',
      `--venue: one venue at a time, received ${[...named].join(', ')}${toldBy(hints)}`
    )
  const [asked] = named
  if (asked !== undefined) {
    const venue = venues.find(({ id }) => id === asked)
    if (venue !== undefined) return venue
    throw new ReplayError(
      'replay-unknown-venue',
      `--venue: unknown venue ${asked}; known are ${known}`
    )
  }
  const found = new Set(hints.urls.flatMap((url) => findVenueOf(url, venues) ?? []))
  const [venue] = found
  if (venue !== undefined && found.size === 1) return venue
  throw new ReplayError('replay-venue-not-told', `--venue is needed: ${told(hints, found, known)}`)
}

/** Finds the venue that is reached at an address; null when none or several are. */
export function findVenueOf(url: string, venues: readonly Venue[]): Venue | null {
  const address = URL.parse(url)
  if (address === null) return null
  const sameHost = venues.filter(
    ({ endpoints }) => URL.parse(endpoints.wsUrl)?.hostname === address.hostname
  )
  const samePath = sameHost.filter(
    ({ endpoints }) => URL.parse(endpoints.wsUrl)?.pathname === address.pathname
  )
  const [found, ...others] = samePath.length > 0 ? samePath : sameHost
  return found === undefined || others.length > 0 ? null : found
}

function toldBy({ told }: VenueHints): string {
  return told === null ? '' : `; the capture is of ${told}`
}

function told(hints: VenueHints, found: ReadonlySet<Venue>, known: string): string {
  if (found.size > 1) {
    return `the capture holds frames of ${[...found].map(({ id }) => id).join(' and ')}`
  }
  const hosts = new Set(
    hints.urls.map((url) => URL.parse(url)?.hostname ?? 'an unreadable address')
  )
  return hosts.size === 0
    ? `the capture does not tell where its frames come from; known are ${known}`
    : `the capture was made at ${[...hosts].join(', ')}, where no known venue is; known are ${known}`
}
