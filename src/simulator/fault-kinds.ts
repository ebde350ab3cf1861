import type { FaultBoard } from './faults.ts'
import type { SimMarket, SimVenueId, SimVenueServer } from './market.ts'

/** What faults act upon. */
export type FaultTarget = {
  readonly market: SimMarket
  readonly board: FaultBoard
  readonly venues: ReadonlyMap<SimVenueId, SimVenueServer>
}

/** A command as it came: a JSON object. */
export type FaultCommand = Readonly<Record<string, unknown>>

export type FaultResult =
  | { readonly outcome: 'applied' }
  | { readonly outcome: 'refused'; readonly message: string; readonly parameter: string }

/** One kind of fault: reads its own parameters, then acts. */
type FaultKind = (command: FaultCommand, target: FaultTarget) => FaultResult

const applied: FaultResult = { outcome: 'applied' }
const maxMuteMs = 86_400_000

/** Every kind that `POST /faults` knows, by name. A new fault is a new entry. */
const kinds: Readonly<Record<string, FaultKind>> = {
  disconnect(command, { venues }) {
    const server = venues.get(command['venue'] as SimVenueId)
    if (server === undefined) return refuseVenue(command, venues)
    const how = command['how'] ?? 'reset'
    if (how !== 'reset' && how !== 'close') return refuse('how', 'reset or close', how)
    server.dropConnections(how)
    return applied
  },

  mute(command, { venues, market, board }) {
    const venue = command['venue'] as SimVenueId
    if (!venues.has(venue)) return refuseVenue(command, venues)
    const wanted = command['instrument'] ?? null
    const muted = market.instruments(venue).find(({ id }) => id === wanted)
    if (wanted !== null && muted === undefined) {
      return refuse('instrument', `an instrument of ${venue}`, wanted)
    }
    const forMs = command['ms']
    if (typeof forMs !== 'number' || !(forMs > 0) || forMs > maxMuteMs) {
      return refuse('ms', `a number above 0, at most ${maxMuteMs}`, forMs)
    }
    if (board.mute(venue, muted?.id ?? null, forMs)) return applied
    return refuse('kind', 'fewer mutes at a time', 'one more')
  },

  clear(...[, { board }]) {
    board.clear()
    return applied
  }
}

/** Names of the known kinds. */
export const faultKinds: readonly string[] = Object.keys(kinds)

/** Does what a command says, or says why not; a refused command changes nothing. */
export function applyFault(command: FaultCommand, target: FaultTarget): FaultResult {
  const name = command['kind']
  const kind = typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (kind === undefined) return refuse('kind', `one of ${faultKinds.join(', ')}`, name)
  return kind(command, target)
}

function refuseVenue(command: FaultCommand, venues: FaultTarget['venues']): FaultResult {
  return refuse('venue', `one of ${[...venues.keys()].join(', ')}`, command['venue'])
}

function refuse(parameter: string, expected: string, received: unknown): FaultResult {
  const shown = received === undefined ? 'nothing' : JSON.stringify(received).slice(0, 60)
  return {
    outcome: 'refused',
    parameter,
    message: `${parameter}: expected ${expected}; received ${shown}`
  }
}
