import type { ConnectionRow } from '../../contracts/state-rows.ts'
import { turnText } from '../format/age-text.ts'
import type { MarkShape } from '../freshness/mark.tsx'

/** A connection's state as a shape and words. */
export type ConnectionWords = {
  readonly shape: MarkShape
  readonly text: string
  /** False when nothing is wrong, or nothing that anyone should look into. */
  readonly isUnhealthy: boolean
}

const waitingWords: Readonly<Record<string, string>> = {
  rate: 'rate limited',
  market: 'market closed',
  maintenance: 'maintenance',
  breaker: 'venue down',
  offline: 'offline',
  paused: 'paused'
}

/** What comes at the next attempt, where it is not one of this connection's own tries. */
const leads: Readonly<Record<string, string>> = {
  market: 'connects ',
  maintenance: 'next probe ',
  breaker: 'next probe ',
  offline: 'next probe '
}

/** Says how a connection is. Without a link to the engine nothing is known to be live. */
export function connectionWords(
  row: ConnectionRow,
  nowMs: number,
  isLinked: boolean
): ConnectionWords {
  if (!isLinked) return { shape: 'stale', text: `unknown, was ${row.state}`, isUnhealthy: true }
  switch (row.state) {
    case 'live':
      return { shape: 'live', text: 'live', isUnhealthy: false }
    case 'connecting':
    case 'subscribing':
      // The first try is a start, any other one a part of an outage.
      return { shape: 'working', text: row.state, isUnhealthy: row.attempt > 0 }
    case 'draining':
      return { shape: 'handover', text: 'handover', isUnhealthy: false }
    case 'stalled':
      return { shape: 'stale', text: 'stalled: open but silent', isUnhealthy: true }
    case 'closed':
      return { shape: 'none', text: 'closed', isUnhealthy: false }
    case 'failed':
      return { shape: 'failed', text: `failed: ${row.reason ?? 'needs you'}`, isUnhealthy: true }
    case 'waiting':
      return waiting(row, nowMs)
  }
}

/** Tells whether it is down because its market is closed or somebody wants it so: nothing is amiss. */
export function isResting({ state, reason }: ConnectionRow): boolean {
  return state === 'waiting' && (reason === 'market' || reason === 'paused')
}

function waiting(row: ConnectionRow, nowMs: number): ConnectionWords {
  const lead = leads[row.reason ?? ''] ?? ''
  const turn = row.nextAttemptMs === null ? '' : `, ${lead}${turnText(row.nextAttemptMs - nowMs)}`
  const isChosen = isResting(row)
  const words = waitingWords[row.reason ?? '']
  return {
    shape: isChosen ? 'closed' : 'stale',
    text: words === undefined ? `retry ${row.attempt}${turn}` : words + turn,
    isUnhealthy: !isChosen
  }
}

/** Guesses where a fault lies from how the other connections of the venue are; null when there is none. */
export function probableCause(row: ConnectionRow, all: readonly ConnectionRow[]): string | null {
  if (row.state === 'live' || row.reason === 'market' || row.reason === 'paused') return null
  if (row.state === 'failed') return 'Needs you: the venue refused us and will go on doing so.'
  if (row.state !== 'waiting' && row.state !== 'stalled') return null
  const others = all.filter((other) => other.id !== row.id)
  const sameVenue = others.filter((other) => other.venue === row.venue)
  const isLive = (other: ConnectionRow) => other.state === 'live'
  if (sameVenue.some(isLive)) {
    return `This connection only: other ${row.venue} connections are live.`
  }
  if (others.some(isLive)) return `${row.venue}, or the way to it: other venues are live.`
  return others.length === 0
    ? 'The venue, or this machine’s network.'
    : 'This machine’s network: nothing is live anywhere.'
}
