import type { ReactNode } from 'react'
import { TriangleAlert } from 'lucide-react'
import { useDesk, useLinkStatus } from '../desk/desk.ts'
import { StoredText } from './stored-text.tsx'
import { useDeckRow } from './use-deck-row.ts'

/** Why the last command was not carried out; where nothing is stored, where something is. */
function ProblemText({ problem }: { readonly problem: string }) {
  const { refused } = useDesk().deck
  const [first] = refused?.instruments ?? []
  if (refused === null || first === undefined) return problem
  return <StoredText instrument={first} asked={refused} fallback={problem} />
}

/** Lines below the heading, there only while something is not as it should be. */
export function ReplayLines() {
  const isLinked = useLinkStatus().kind === 'live'
  const hasBegun = useDeckRow((row) => row !== undefined)
  const problem = useDeckRow((row) => (row?.state === 'empty' ? null : (row?.problem ?? null)))
  const damage = useDeckRow((row) => row?.damage.join('; ') ?? '')
  const files = useDeckRow((row) => row?.damage.length ?? 0)
  return (
    <>
      {isLinked || !hasBegun ? null : (
        <Line>
          No link to the engine: the tape stands still, and is put in again as soon as it is back.
        </Line>
      )}
      {problem === null ? null : (
        <Line>
          <ProblemText problem={problem} />
        </Line>
      )}
      {files === 0 ? null : (
        <Line>
          {files === 1 ? 'A file' : `${files} files`} could not be read; the trades in it are
          missing here: {damage}
        </Line>
      )}
    </>
  )
}

function Line({ children }: { readonly children: ReactNode }) {
  return (
    <div className="banner replay-line" data-grade="warning" role="status">
      <TriangleAlert size={14} aria-hidden="true" />
      <span>{children}</span>
    </div>
  )
}

/** Stands over the charts while there is nothing to play; null when there is. */
export function ReplayNotice() {
  const { deck } = useDesk()
  const isLinked = useLinkStatus().kind === 'live'
  const state = useDeckRow((row) => row?.state ?? 'empty')
  const problem = useDeckRow((row) => row?.problem ?? null)
  const { tape } = deck
  if (state === 'empty' && problem === null) {
    return (
      <p className="chart-notice" role="status">
        {isLinked ? 'Putting the tape in …' : 'Opening the deck …'}
      </p>
    )
  }
  if (state !== 'empty' && state !== 'failed') return null
  const [first] = tape?.instruments ?? []
  return (
    <div className="chart-notice" role="alert">
      <p>
        {state === 'failed' || tape === null || first === undefined ? (
          problem
        ) : (
          <StoredText instrument={first} asked={tape} fallback={problem} />
        )}
      </p>
      {tape === null ? null : (
        <button type="button" onClick={() => deck.load(tape)}>
          Try again
        </button>
      )}
    </div>
  )
}
