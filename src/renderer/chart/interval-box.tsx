import { useState } from 'react'
import { useOfferedIntervals } from './interval-bar.tsx'
import { readIntervalEntry } from './interval-entry.ts'

type IntervalBoxProps = {
  /** The digit that opened the box. */
  readonly first: string
  readonly onChoose: (interval: string) => void
  readonly onDone: () => void
}

/** Opens on a digit typed on the chart: `5⏎`, `30s⏎`, `100t⏎`. */
export function IntervalBox({ first, onChoose, onDone }: IntervalBoxProps) {
  const [text, setText] = useState(first)
  const [problem, setProblem] = useState<string | null>(null)
  const offered = useOfferedIntervals()
  const submit = () => {
    const entry = readIntervalEntry(text, offered)
    if ('problem' in entry) {
      setProblem(entry.problem)
      return
    }
    onChoose(entry.interval)
    onDone()
  }
  return (
    <form
      className="interval-box"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <label>
        Interval
        <input
          autoFocus
          value={text}
          maxLength={8}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== null}
          aria-describedby="interval-problem"
          onFocus={(event) => event.target.setSelectionRange(text.length, text.length)}
          onChange={(event) => {
            setText(event.target.value)
            setProblem(null)
          }}
          onBlur={onDone}
          onKeyDown={(event) => {
            event.stopPropagation()
            if (event.key === 'Escape') onDone()
          }}
        />
      </label>
      <p id="interval-problem" role="alert">
        {problem}
      </p>
      <p className="hint">Digits are minutes. Enter opens, Esc closes.</p>
    </form>
  )
}
