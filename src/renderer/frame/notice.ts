import type { ConnectionRow, HealthRow } from '../../contracts/state-rows.ts'
import { connectionWords } from '../connections/connection-words.ts'
import { longAgeText, turnText } from '../format/age-text.ts'
import type { LinkStatus } from '../stream/stream-client.ts'

/** How long a connection may be away before a person is told. */
export const patienceMs = 15_000

/** What needs a person, and what they can do about it. */
export type Notice = {
  readonly grade: 'warning' | 'alarm'
  readonly text: string
  /** `link`: try the engine again. A list: connections whose wait can be skipped. */
  readonly retry: 'link' | readonly string[] | null
  /** The connection to look at; null when none is to blame. */
  readonly connection: string | null
}

export type NoticeSource = {
  readonly link: LinkStatus
  readonly lastFrameMs: number | null
  readonly connections: readonly ConnectionRow[]
  readonly health: HealthRow | undefined
  /** Run clock. */
  readonly nowMs: number
  readonly wallMs: number
}

/** Finds the worst thing that needs a person; null when nothing does. */
export function worstNotice(source: NoticeSource): Notice | null {
  return linkNotice(source) ?? engineNotice(source) ?? failedNotice(source) ?? venueNotice(source)
}

function linkNotice({ link, lastFrameMs, wallMs }: NoticeSource): Notice | null {
  if (
    link.kind === 'live' ||
    (lastFrameMs === null && link.kind === 'connecting' && link.attempt === 0)
  ) {
    return null
  }
  const age = lastFrameMs === null ? '' : ` Figures are ${longAgeText(wallMs - lastFrameMs)} old.`
  const turn =
    link.kind === 'lost'
      ? ` Retrying in ${longAgeText(Math.max(0, link.nextAttemptMs - wallMs) + 999)}.`
      : ' Retrying now.'
  return {
    grade: 'alarm',
    text: `No link to the engine: nothing shown here is live.${age}${turn}`,
    retry: 'link',
    connection: null
  }
}

/** The host is there and says that the engine behind it is not: every connection is closed. */
function engineNotice({ connections, health }: NoticeSource): Notice | null {
  const first = connections[0]
  if (first === undefined || health === undefined || !isEngineGone(connections, health)) return null
  const reason = first.reason ?? 'engine gone'
  const told = health.problems.find((problem) => problem.toLowerCase() !== reason)
  const next = told === undefined ? 'It is started again by itself.' : `${told}.`
  return {
    grade: 'alarm',
    text: `Nothing shown here is live: ${reason}. ${next}`,
    retry: null,
    connection: null
  }
}

/** Tells whether the host says that no engine answers; the notice then tells what is wrong. */
export function isEngineGone(connections: readonly ConnectionRow[], health: HealthRow): boolean {
  const isClosed = connections.every(({ state }) => state === 'closed')
  return health.status === 'down' && connections.length > 0 && isClosed
}

function failedNotice({ connections }: NoticeSource): Notice | null {
  const failed = connections.filter((row) => row.state === 'failed')
  const first = failed[0]
  if (first === undefined) return null
  const others = failed.length > 1 ? ` and ${failed.length - 1} more` : ''
  return {
    grade: 'alarm',
    text: `${first.id}${others} cannot connect and needs you: ${first.reason ?? 'no reason given'}.`,
    retry: null,
    connection: first.id
  }
}

/** One connection asks for all of the venue meanwhile. */
const heldBack: ReadonlySet<string | null> = new Set(['breaker', 'offline', 'maintenance'])

function venueNotice({ connections, nowMs }: NoticeSource): Notice | null {
  const down = connections.filter(
    (row) => connectionWords(row, nowMs, true).isUnhealthy && nowMs - downSince(row) >= patienceMs
  )
  const longest = down.reduce<ConnectionRow | null>(
    (held, row) => (held === null || downSince(row) < downSince(held) ? row : held),
    null
  )
  if (longest === null) return null
  const ofVenue = connections.filter((row) => row.venue === longest.venue)
  const downOfVenue = down.filter((row) => row.venue === longest.venue)
  const turns = downOfVenue.flatMap((row) =>
    row.nextAttemptMs === null ? [] : [row.nextAttemptMs]
  )
  const lead = heldBack.has(longest.reason) ? 'Next probe' : 'Retrying'
  const turn = turns.length === 0 ? '' : ` ${lead} ${turnText(Math.min(...turns) - nowMs)}.`
  const count = `${downOfVenue.length} of ${ofVenue.length} connections`
  return {
    grade: downOfVenue.length === ofVenue.length ? 'alarm' : 'warning',
    text: `${longest.venue}: ${count} down for ${longAgeText(nowMs - downSince(longest))}.${turn}`,
    retry: downOfVenue.filter((row) => row.state === 'waiting').map((row) => row.id),
    connection: longest.id
  }
}

/** Tries come and go while it is down; the outage is as old as its beginning. */
function downSince(row: ConnectionRow): number {
  return row.downSinceMs ?? row.sinceMs
}
