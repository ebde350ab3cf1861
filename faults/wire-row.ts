import { memoryMb } from '../bench/process-load.ts'
import type { Judged, RowFigures, FaultRow } from './row.ts'
import { standRow, type StandRow } from './stand-row.ts'
import type { FaultStand } from './stand.ts'

/** A row of the network or the protocol: every one of them is held to the same bounds. */
export type WireRow = StandRow & {
  /** Where the venue's own limit of connects is part of the fault. */
  readonly mayBreach?: boolean
}

/** Bounds that hold in every row, whatever happens. */
const bounds: Readonly<Record<string, number>> = {
  log_1s: 100,
  log_10s: 200,
  rssMb: 250,
  bans: 0
}

/** Makes a row whose figures tell attempts, lines of log and memory too. */
export function wireRow(row: WireRow): FaultRow {
  return standRow({
    logLevel: 'info',
    ...row,
    act: async (stand, random) => {
      const own = await row.act(stand, random)
      return { ...own, ...(await commonFigures(stand, row.mayBreach ?? false)) }
    },
    expect: (judged) => [...row.expect(judged), ...commonProblems(judged)]
  })
}

async function commonFigures(stand: FaultStand, mayBreach: boolean): Promise<RowFigures> {
  const { engine } = stand
  const venues = Object.values(await stand.connects())
  const most = (pick: (venue: (typeof venues)[number]) => number) =>
    Math.max(0, ...venues.map(pick))
  const bans = most((venue) => venue.bans + (venue.breaches?.bans ?? 0))
  const breaches = most((venue) => venue.breaches?.connects ?? 0)
  return {
    attempts: venues.reduce((sum, { attempts }) => sum + attempts, 0),
    attempts_1s: most(({ peakPerSecond }) => peakPerSecond),
    attempts_5m: most(({ peakPer5Minutes }) => peakPer5Minutes),
    bans: bans + (mayBreach ? 0 : breaches),
    reconnects: engine.connections.reduce((sum, { reconnects }) => sum + reconnects, 0),
    log_1s: engine.log.peakWithin(1_000),
    log_10s: engine.log.peakWithin(10_000),
    rssMb: memoryMb(engine.pid)
  }
}

function commonProblems({ figures, verdict }: Judged): readonly string[] {
  const broken = Object.entries(bounds)
    .filter(([name, bound]) => (figures[name] ?? 0) > bound)
    .map(([name, bound]) => `${name} is ${figures[name] ?? 0}, expected at most ${bound}`)
  const open = verdict.gaps['open'] ?? 0
  return open === 0 ? broken : [...broken, `${open} gaps are still open`]
}
