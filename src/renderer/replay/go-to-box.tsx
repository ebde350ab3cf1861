import { useEffect, useRef, useState } from 'react'
import { useDesk, useZonedTime } from '../desk/desk.ts'
import type { ReplayControls } from './replay-controls.ts'

type GoToBoxProps = {
  readonly controls: ReplayControls
  /** Counts how often it was called for; each time it takes the focus. */
  readonly asked: number
}

/** A moment to go to, as typed: `2026-10-14 10:42:17`, or `10:42` on the day that is shown. */
export function GoToBox({ controls, asked }: GoToBoxProps) {
  const { clock } = useDesk()
  const zone = useZonedTime()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    if (asked > 0) input.current?.focus()
  }, [asked])
  const leave = () => input.current?.closest<HTMLElement>('[data-region]')?.focus()
  return (
    <form
      className="go-to"
      onSubmit={(event) => {
        event.preventDefault()
        const wrong = controls.goTo(text, zone, clock())
        setProblem(wrong)
        if (wrong !== null) return
        setText('')
        leave()
      }}
    >
      <input
        ref={input}
        value={text}
        placeholder="Go to 10:42:17"
        aria-label="Go to a moment"
        aria-invalid={problem !== null}
        aria-describedby="go-to-problem"
        title="Date and time, or a time on the day shown (G)"
        maxLength={40}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value)
          setProblem(null)
        }}
        onBlur={() => setProblem(null)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setText('')
          setProblem(null)
          leave()
        }}
      />
      <p id="go-to-problem" className="go-to-problem" role="alert">
        {problem}
      </p>
    </form>
  )
}
