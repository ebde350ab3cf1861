import type { Incident } from '../../contracts/incident.ts'

/** Open ones on top, then the newest. */
export function sortIncidents(incidents: readonly Incident[]): readonly Incident[] {
  return [...incidents].sort(
    (left, right) =>
      Number(right.state === 'open') - Number(left.state === 'open') ||
      right.beganMs - left.beganMs ||
      (left.id < right.id ? 1 : -1)
  )
}
