import { History } from 'lucide-react'
import type { TapeSpan } from './tape-span.ts'
import { useReplayFrom } from './use-replay-from.ts'

type ReplayButtonProps = {
  readonly instrument: string
  readonly span: TapeSpan
  /** What is replayed, for those who cannot see beside what the button stands. */
  readonly name: string
  /** Only the icon, where there is no room for words. */
  readonly isTight?: boolean
}

/** Opens the replay screen where something was. */
export function ReplayButton({ instrument, span, name, isTight = false }: ReplayButtonProps) {
  const replayFrom = useReplayFrom()
  return (
    <button
      type="button"
      className="replay-from"
      aria-label={name}
      title="Replay from here"
      onClick={() => replayFrom(instrument, span)}
    >
      <History size={12} aria-hidden="true" />
      {isTight ? null : 'Replay from here'}
    </button>
  )
}
