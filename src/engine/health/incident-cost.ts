import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerChanges } from '../../core/market/ledger/ledger-changes.ts'
import type { RunningIncident } from './running-incident.ts'

/** Gaps are measured in the venue's time, incidents in ours. */
const skewMs = 5_000

/**
 * Charges gaps to the incidents that they lie over, each to one: the newest of those it can belong to.
 *
 * @returns The incidents that cost something else now.
 */
export function chargeGaps(
  { gaps, replaced }: Pick<LedgerChanges, 'gaps' | 'replaced'>,
  running: ReadonlySet<RunningIncident>
): ReadonlySet<RunningIncident> {
  const charged = new Set<RunningIncident>()
  for (const key of replaced) {
    for (const incident of running) if (incident.trades.drop(key)) charged.add(incident)
  }
  for (const gap of gaps) {
    const incident = incidentOf(gap, running)
    if (incident === null) continue
    incident.trades.put(gap)
    charged.add(incident)
  }
  return charged
}

function incidentOf(gap: Gap, running: Iterable<RunningIncident>): RunningIncident | null {
  let newest: RunningIncident | null = null
  for (const incident of running) {
    if (incident.trades.follows(gap)) return incident
    if (!isCost(gap, incident)) continue
    if (newest === null || incident.beganMs > newest.beganMs) newest = incident
  }
  return newest
}

function isCost(gap: Gap, incident: RunningIncident): boolean {
  const isConcerned =
    gap.cause === 'not-running' ? incident.kind === 'engine' : incident.concerns(gap.instrument)
  const endedMs = incident.ended?.atMs ?? Infinity
  const fromMs = gap.fromMs ?? gap.toMs
  return isConcerned && gap.toMs >= incident.beganMs - skewMs && fromMs <= endedMs + skewMs
}
