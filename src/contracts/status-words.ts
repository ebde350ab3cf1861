import type { HealthRow } from './state-rows.ts'

/** Says in words how the run is, for tooltips and logs: `21/22 live · 1,498 msg/s`. */
export function statusWords(health: HealthRow | null): string {
  const words = connectionWords(health)
  const isCollecting = health !== null && health.status !== 'down' && health.connections.total > 0
  return isCollecting
    ? `${words} · ${Math.round(health.messagesPerSecond).toLocaleString('en-US')} msg/s`
    : words
}

/** The part of it that changes seldom: `21/22 live`. */
export function connectionWords(health: HealthRow | null): string {
  if (health === null) return 'starting'
  const { live, total } = health.connections
  const label = health.mode === 'live' ? '' : `${health.mode.toUpperCase()} · `
  if (total === 0) return `${label}nothing is collected yet`
  if (health.status === 'down') return `${label}down · 0/${total} connections live`
  return `${label}${live}/${total} live`
}
