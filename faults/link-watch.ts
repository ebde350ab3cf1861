import type { ConnectionRow } from '../src/contracts/state-rows.ts'

/** What a client of the state stream saw of one connection. */
export type LinkEvent = {
  /** When it was seen, monotonic. */
  readonly atMs: number
  readonly connection: string
  readonly venue: string
  readonly state: ConnectionRow['state']
  readonly reason: string | null
  /** Last end of a link, epoch ms of the engine's clock; 0 before the first. */
  readonly endedMs: number
  /** Close code and reason of that end. */
  readonly end: string
}

const mostKept = 100_000

/** Every change of every connection that the state stream showed, oldest first. */
export class LinkWatch {
  readonly #events: LinkEvent[] = []

  take({ id, venue, state, reason, lastClose }: ConnectionRow): void {
    const latest = this.#events.findLast(({ connection }) => connection === id)
    const endedMs = lastClose?.atMs ?? 0
    const isNew = latest?.state !== state || latest.reason !== reason || latest.endedMs !== endedMs
    if (!isNew || this.#events.length >= mostKept) return
    const end = lastClose === null ? '' : `${lastClose.code ?? '-'} ${lastClose.reason}`
    const at = { atMs: performance.now(), connection: id, venue }
    this.#events.push({ ...at, state, reason, endedMs, end })
  }

  since(fromMs: number): readonly LinkEvent[] {
    return this.#events.filter(({ atMs }) => atMs >= fromMs)
  }
}
