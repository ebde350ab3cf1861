import { useRun } from '../desk/desk.ts'

const words = { simulated: 'SIMULATED', replay: 'REPLAY' } as const
const meanings = {
  simulated: 'Prices come from a simulator. Nothing here is a real market.',
  replay: 'Stored data is being played. Nothing here is live.'
} as const

/** Says that what is shown is not a live market; nothing when it is. */
export function ModeBadge() {
  const mode = useRun()?.mode ?? 'live'
  if (mode === 'live') return null
  return (
    <strong className="mode-badge" title={meanings[mode]}>
      {words[mode]}
    </strong>
  )
}
