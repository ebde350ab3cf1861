import { useSyncExternalStore } from 'react'
import { ChevronFirst, ChevronLast, Pause, Play, StepBack, StepForward, X } from 'lucide-react'
import { deckSpeeds } from '../../contracts/deck.ts'
import { useChoice, useZonedTime } from '../desk/desk.ts'
import { BookmarkList } from './bookmark-list.tsx'
import { GoToBox } from './go-to-box.tsx'
import { RangeChoice } from './range-choice.tsx'
import type { ReplayControls } from './replay-controls.ts'
import { useDeckRow, useDeckSpan } from './use-deck-row.ts'

const iconPx = 15

type TransportProps = {
  readonly controls: ReplayControls
  /** The instrument of the chart in focus; null while it has none. */
  readonly instrument: string | null
  /** Counts how often the box for a moment was called for. */
  readonly asked: number
}

/** What moves the tape. */
export function Transport({ controls, instrument, asked }: TransportProps) {
  return (
    <div
      className="transport"
      data-region="replay"
      role="group"
      aria-label="Replay"
      tabIndex={0}
      onMouseDown={(event) => {
        // A button that is clicked leaves the focus where it was: Space goes on to play and pause.
        if (!(event.target instanceof Element) || event.target.closest('button') === null) return
        event.preventDefault()
      }}
    >
      <PlayButtons controls={controls} />
      <SpeedButtons controls={controls} />
      <LoopMarks controls={controls} />
      <span className="spring" />
      <BookmarkList controls={controls} instrument={instrument} />
      <GoToBox controls={controls} asked={asked} />
      <RangeChoice />
      <Note controls={controls} />
    </div>
  )
}

type ControlsProps = { readonly controls: ReplayControls }

function PlayButtons({ controls }: ControlsProps) {
  const isPlaying = useDeckRow((row) => row?.state === 'playing')
  const isIdle = useDeckRow((row) => row?.range === null || row === undefined)
  const stepBy = useChoice((state) => state.replay.stepBy)
  const setReplay = useChoice((state) => state.setReplay)
  const PlayIcon = isPlaying ? Pause : Play
  const word = stepBy === 'candle' ? 'bar' : 'tick'
  return (
    <div className="transport-group" role="group" aria-label="Playing">
      <IconButton name="To the begin" isOff={isIdle} onClick={() => controls.jump('begin')}>
        <ChevronFirst size={iconPx} aria-hidden="true" />
      </IconButton>
      <IconButton name={`One ${word} back (←)`} isOff={isIdle} onClick={() => controls.step(-1)}>
        <StepBack size={iconPx} aria-hidden="true" />
      </IconButton>
      <button
        type="button"
        className="play"
        aria-label={isPlaying ? 'Pause' : 'Play'}
        title={`${isPlaying ? 'Pause' : 'Play'} (Space)`}
        disabled={isIdle}
        onClick={() => controls.toggle()}
      >
        <PlayIcon size={iconPx} aria-hidden="true" />
      </button>
      <IconButton name={`One ${word} on (→)`} isOff={isIdle} onClick={() => controls.step(1)}>
        <StepForward size={iconPx} aria-hidden="true" />
      </IconButton>
      <IconButton name="To the end" isOff={isIdle} onClick={() => controls.jump('end')}>
        <ChevronLast size={iconPx} aria-hidden="true" />
      </IconButton>
      <select
        aria-label="Step by"
        title="What a step is"
        value={stepBy}
        onChange={(event) =>
          setReplay({ stepBy: event.target.value === 'trade' ? 'trade' : 'candle' })
        }
      >
        <option value="candle">every bar</option>
        <option value="trade">every tick</option>
      </select>
    </div>
  )
}

type IconButtonProps = {
  readonly name: string
  readonly isOff: boolean
  readonly onClick: () => void
  readonly children: React.ReactNode
}

function IconButton({ name, isOff, onClick, children }: IconButtonProps) {
  return (
    <button type="button" aria-label={name} title={name} disabled={isOff} onClick={onClick}>
      {children}
    </button>
  )
}

function SpeedButtons({ controls }: ControlsProps) {
  const speed = useDeckRow((row) => row?.speed ?? 1)
  return (
    <div className="transport-group speeds" role="group" aria-label="Speed">
      {deckSpeeds.map((candidate, place) => (
        <button
          key={candidate}
          type="button"
          aria-pressed={candidate === speed}
          title={`${candidate === 'max' ? 'As fast as may be' : `${candidate} market seconds a second`} (${place + 1})`}
          onClick={() => controls.setSpeed(candidate)}
        >
          {candidate === 'max' ? 'max' : `${candidate}×`}
        </button>
      ))}
    </div>
  )
}

/** The loop in words; its ends are set with I and O. */
function LoopMarks({ controls }: ControlsProps) {
  const zone = useZonedTime()
  const loop = useDeckSpan('loop')
  const waitingInMs = useSyncExternalStore(
    (listener) => controls.onChange(listener),
    () => controls.waitingInMs
  )
  const fromMs = waitingInMs ?? loop?.fromMs ?? null
  const toMs = waitingInMs === null ? (loop?.toMs ?? null) : null
  return (
    <div className="transport-group loop" role="group" aria-label="Loop">
      <button type="button" title="Loop begins here (I)" onClick={() => controls.loopIn()}>
        A <time>{fromMs === null ? '––:––:––' : zone.secondText(fromMs)}</time>
      </button>
      <button type="button" title="Loop ends here (O)" onClick={() => controls.loopOut()}>
        B <time>{toMs === null ? '––:––:––' : zone.secondText(toMs)}</time>
      </button>
      <IconButton name="No loop (X)" isOff={fromMs === null} onClick={() => controls.clearLoop()}>
        <X size={13} aria-hidden="true" />
      </IconButton>
    </div>
  )
}

function Note({ controls }: ControlsProps) {
  const note = useSyncExternalStore(
    (listener) => controls.onChange(listener),
    () => controls.note
  )
  return (
    <span className="unseen" role="status">
      {note}
    </span>
  )
}
