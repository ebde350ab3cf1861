import type { RunMode } from '../../contracts/shapes.ts'
import { useChoice, useRun } from '../desk/desk.ts'
import { useDeckRow } from '../replay/use-deck-row.ts'

type LabelledMode = Exclude<RunMode, 'live'>

const words: Readonly<Record<LabelledMode, string>> = { simulated: 'SIMULATED', replay: 'REPLAY' }
const meanings: Readonly<Record<LabelledMode, string>> = {
  simulated: 'Prices come from a simulator. Nothing here is a real market.',
  replay: 'Stored data is being played. Nothing here is live.'
}

/** Says that what is shown is not a live market; nothing when it is. What a replay was recorded from is said too. */
export function ModeBadge() {
  const mode = useRun()?.mode ?? 'live'
  const isReplay = useChoice((state) => state.screen === 'replay')
  const recorded = useDeckRow((row) => row?.recorded ?? null)
  const isSimulated = mode === 'simulated' || recorded === 'simulated'
  return (
    <>
      {isReplay || mode === 'replay' ? <Badge mode="replay" /> : null}
      {isSimulated ? <Badge mode="simulated" /> : null}
    </>
  )
}

function Badge({ mode }: { readonly mode: LabelledMode }) {
  return (
    <strong className="mode-badge" title={meanings[mode]}>
      {words[mode]}
    </strong>
  )
}
