import { DatabaseSync } from 'node:sqlite'
import { quantileOf } from '../bench/spread.ts'
import { wallMs } from '../bench/wall-clock.ts'
import type { LinkEvent } from './link-watch.ts'
import type { RowFigures } from './row.ts'
import type { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'

/** What a fault did to one connection, from the command on. */
export type LinkSample = {
  readonly connection: string
  /** Until a client of the state stream saw that it is not live; null: it never did. */
  readonly detectMs: number | null
  /** Until it saw it live again; null: not within the time. */
  readonly liveMs: number | null
  /** Until the first trade of each of its instruments that happened after the end; null: some had none. */
  readonly tradeMs: number | null
  /** Close code and reason. */
  readonly end: string
}

const tradesWithinMs = 8_000

/** Provokes a fault and follows every connection of a venue until each is live again and hears trades. */
export async function strikeLinks(
  stand: FaultStand,
  of: {
    readonly venue: string
    readonly withinMs: number
    readonly provoke: () => Promise<void>
    /** Where recovery counts from its end, not from the command. */
    readonly clear?: (untilDetected: () => Promise<void>) => Promise<void>
  }
): Promise<readonly LinkSample[]> {
  const { engine } = stand
  const struck = engine.connections.filter(({ venue, state }) => {
    return venue === of.venue && state !== 'closed'
  })
  const [fromMs, fromWallMs] = [performance.now(), wallMs()]
  const after = (id: string) =>
    engine.links.since(fromMs).filter((event) => event.connection === id)
  const isEnded = ({ endedMs }: LinkEvent) => endedMs >= fromWallMs
  const detection = (id: string) =>
    after(id).find((event) => isEnded(event) || event.state !== 'live')
  // A lasting silence may end before its link was given up.
  const recovery = (id: string) => {
    const seenMs = detection(id)?.atMs ?? Infinity
    return after(id).find((event) => {
      const isBack = isEnded(event) || (of.clear !== undefined && event.atMs > seenMs)
      return isBack && event.state === 'live'
    })
  }
  await of.provoke()
  await of.clear?.(async () => {
    await holdsWithin(of.withinMs, () => struck.every(({ id }) => detection(id) !== undefined))
  })
  const clearedMs = of.clear === undefined ? fromMs : performance.now()
  const clearedWallMs = of.clear === undefined ? fromWallMs : wallMs()
  await holdsWithin(of.withinMs, () => struck.every(({ id }) => recovery(id) !== undefined))
  const samples: LinkSample[] = []
  for (const { id, instruments } of struck) {
    const [seen, live] = [detection(id), recovery(id)]
    const endedMs = live === undefined ? null : isEnded(live) ? live.endedMs : clearedWallMs
    const trade = endedMs === null ? null : await firstTradeMs(stand.database, instruments, endedMs)
    samples.push({
      connection: id,
      detectMs: seen === undefined ? null : seen.atMs - fromMs,
      liveMs: live === undefined ? null : Math.max(0, live.atMs - clearedMs),
      tradeMs: trade === null ? null : Math.max(0, trade - clearedWallMs),
      end: live?.end ?? seen?.end ?? ''
    })
  }
  return samples
}

/** Figures of some samples, under FAULTS' names; null where a connection did not come back. */
export function sampleFigures(samples: readonly LinkSample[]): RowFigures {
  const spread = (name: string, pick: (sample: LinkSample) => number | null): RowFigures => {
    const values = samples.map(pick).filter((value) => value !== null)
    const of = (share: number) =>
      values.length === 0 ? null : quantileOf(Float64Array.from(values).sort(), share)
    return { [`${name}P50`]: of(0.5), [`${name}P95`]: of(0.95), [`${name}Max`]: of(1) }
  }
  return {
    samples: samples.length,
    notDetected: samples.filter(({ detectMs }) => detectMs === null).length,
    notRecovered: samples.filter(({ tradeMs }) => tradeMs === null).length,
    ...spread('detectMs', ({ detectMs }) => detectMs),
    ...spread('liveMs', ({ liveMs }) => liveMs),
    ...spread('recoverMs', ({ tradeMs }) => tradeMs)
  }
}

/** Epoch ms at which the last of the instruments had its first stored trade; null: not in time. */
async function firstTradeMs(
  path: string,
  instruments: readonly string[],
  afterMs: number
): Promise<number | null> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  try {
    const query = database.prepare(
      'SELECT min(received_ms) AS first FROM v_trade WHERE instrument = ? AND event_ms >= ?'
    )
    const firsts = () => instruments.map((id) => query.get(id, afterMs)?.['first'] ?? null)
    await holdsWithin(tradesWithinMs, () => !firsts().includes(null))
    const found = firsts()
    return found.includes(null) ? null : Math.max(...found.map(Number))
  } finally {
    database.close()
  }
}
