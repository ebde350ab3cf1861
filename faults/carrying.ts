import { DatabaseSync } from 'node:sqlite'

/** How links took over from one another, by the marks on the tape. */
export type Carrying = {
  /** Links that ended because another had taken their place. */
  readonly handedOver: number
  /** Links that ended for another reason, an orderly stop apart. */
  readonly broken: number
  /** Time that instruments went uncarried after a link was handed over, all together, ms. */
  readonly uncarriedMs: number
  /** Gaps that were opened because of a link that was handed over or stopped in order. */
  readonly gaps: number
}

type MarkRow = { readonly kind: string; readonly atMs: number; readonly connection: string }
type MarkDetail = { readonly instruments: readonly string[]; readonly reason: string | null }

const handedOver = 'handed over'
const stopped = 'stopped'
const marksInOrder = `
  SELECT kind, at_ms AS atMs, connection, detail FROM mark WHERE kind IN ('link-up', 'link-down') ORDER BY id`

/** Reads it from the database of an engine that has ended, which it leaves as it is. */
export function readCarrying(path: string): Carrying {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  try {
    const ends = { handedOver: 0, broken: 0 }
    const standing = new Map<string, Set<string>>()
    const droppedMs = new Map<string, number>()
    let uncarriedMs = 0
    for (const row of database.prepare(marksInOrder).iterate()) {
      const mark = row as MarkRow
      const { instruments, reason } = JSON.parse(String(row['detail'])) as MarkDetail
      if (reason === handedOver) ends.handedOver += 1
      else if (reason !== null && reason !== stopped) ends.broken += 1
      for (const instrument of instruments) {
        const links = standing.get(instrument) ?? new Set()
        standing.set(instrument, links)
        if (mark.kind === 'link-up') {
          uncarriedMs += mark.atMs - (droppedMs.get(instrument) ?? mark.atMs)
          droppedMs.delete(instrument)
          links.add(mark.connection)
        } else {
          links.delete(mark.connection)
          if (links.size === 0 && reason === handedOver) droppedMs.set(instrument, mark.atMs)
        }
      }
    }
    const [gaps] = database
      .prepare('SELECT count(*) AS count FROM gap WHERE reason IN (?, ?)')
      .all(handedOver, stopped)
    return { ...ends, uncarriedMs, gaps: Number(gaps?.['count'] ?? 0) }
  } finally {
    database.close()
  }
}
