import { useState } from 'react'
import { ChevronDown } from 'lucide-react'
import { useChoice, useDesk, useZonedTime } from '../desk/desk.ts'
import { replayRanges, type ReplayRange } from '../desk/replay-choices.ts'
import { readMomentEntry } from './moment-entry.ts'
import { Popover, useClosePopover } from './popover.tsx'
import { rangeSpan, type TapeSpan } from './tape-span.ts'
import { useDeckSpan } from './use-deck-row.ts'

const rangeWords: Readonly<Record<ReplayRange, string>> = {
  hour: 'Last hour',
  day: 'Today',
  all: 'Whole store'
}

/** What stretch of the store is played. */
export function RangeChoice() {
  return (
    <Popover
      title="What stretch of the store is played"
      label={
        <>
          Range
          <ChevronDown size={12} aria-hidden="true" />
        </>
      }
    >
      <RangeButtons />
      <RangeForm />
    </Popover>
  )
}

function RangeButtons() {
  const { live } = useDesk()
  const zone = useZonedTime()
  const setReplay = useChoice((state) => state.setReplay)
  const load = useLoadSpan()
  return replayRanges.map((candidate) => (
    <button
      key={candidate}
      type="button"
      className="add"
      onClick={() => {
        setReplay({ range: candidate })
        load(rangeSpan(candidate, live.runNowMs(), zone))
      }}
    >
      {rangeWords[candidate]}
    </button>
  ))
}

/** Plays another stretch of the same instruments, and closes what it was asked for in. */
function useLoadSpan(): (span: TapeSpan) => void {
  const { deck } = useDesk()
  const close = useClosePopover()
  return (span) => {
    if (deck.tape !== null) deck.load({ ...deck.tape, ...span })
    close()
  }
}

/** From and to as typed. */
function RangeForm() {
  const load = useLoadSpan()
  const { clock } = useDesk()
  const zone = useZonedTime()
  const range = useDeckSpan('range')
  const textOf = (atMs: number | undefined) =>
    atMs === undefined ? '' : `${zone.isoDateText(atMs)} ${zone.secondText(atMs)}`
  const [from, setFrom] = useState(() => textOf(range?.fromMs))
  const [to, setTo] = useState(() => textOf(range?.toMs))
  const [problem, setProblem] = useState<string | null>(null)
  const submit = () => {
    const nearMs = range?.fromMs ?? clock()
    const begin = readMomentEntry(from, zone, nearMs)
    const end = readMomentEntry(to, zone, nearMs)
    if ('problem' in begin) setProblem(begin.problem)
    else if ('problem' in end) setProblem(end.problem)
    else if (end.atMs <= begin.atMs) setProblem('A range ends after it begins')
    else load({ fromMs: begin.atMs, toMs: end.atMs, atMs: null })
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <label>
        From
        <input value={from} spellCheck={false} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        To
        <input value={to} spellCheck={false} onChange={(event) => setTo(event.target.value)} />
      </label>
      <button type="submit">Load</button>
      <p role="alert">{problem}</p>
    </form>
  )
}
