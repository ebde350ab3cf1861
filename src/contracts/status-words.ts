import type { HealthRow } from './state-rows.ts'

/** Says in words how the run is, for trays, titles and logs: `21/22 live, 1,498 msg/s`. */
export function statusWords(health: HealthRow | null): string {
  if (health === null) return 'starting'
  const { live, total } = health.connections
  const label = health.mode === 'simulated' ? 'SIMULATED · ' : ''
  if (total === 0) return `${label}nothing is collected yet`
  if (health.status === 'down') return `${label}down · 0/${total} connections live`
  return `${label}${live}/${total} live · ${Math.round(health.messagesPerSecond)} msg/s`
}
