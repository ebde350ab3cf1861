import { useEffect, useMemo, useRef, useState } from 'react'
import type { ChartSession } from '../chart/chart-session.ts'
import { DeskContext, useChoice, useDesk, type Desk } from '../desk/desk.ts'
import { KeyLegend } from './key-legend.tsx'
import { ReplayCharts } from './replay-charts.tsx'
import { ReplayControls } from './replay-controls.ts'
import { ReplayHeading } from './replay-heading.tsx'
import { replayAction, type ReplayAction } from './replay-keys.ts'
import { ReplayLines, ReplayNotice } from './replay-notice.tsx'
import { Timeline } from './timeline.tsx'
import { Transport } from './transport.tsx'
import { useDeckStream } from './use-deck-stream.ts'
import { useLoadedTape, useShownCharts } from './use-loaded-tape.ts'

/** Stored data, played as if it were live: everything inside reads the deck's stream instead of the live one. */
export function ReplayScreen() {
  const desk = useDesk()
  const stream = useDeckStream()
  const { deck } = desk
  useEffect(() => {
    deck.show()
    return () => deck.leave()
  }, [deck])
  const inner = useMemo<Desk | null>(
    () => (stream === null ? null : { ...desk, stream }),
    [desk, stream]
  )
  if (inner === null) return <div className="replay-screen" />
  return (
    <DeskContext value={inner}>
      <ReplayDesk />
    </DeskContext>
  )
}

function ReplayDesk() {
  const { deck, choices } = useDesk()
  const charts = useShownCharts()
  const focus = useChoice((state) => state.replayFocus)
  const showScreen = useChoice((state) => state.showScreen)
  const [controls] = useState(() => new ReplayControls(deck, choices))
  const [sessions] = useState(() => new Map<number, ChartSession>())
  const [asked, setAsked] = useState(0)
  const root = useRef<HTMLDivElement>(null)
  const instrument = (charts[focus] ?? charts[0])?.instrument ?? null
  useLoadedTape(charts)
  useEffect(() => {
    root.current?.querySelector<HTMLElement>('[data-region=replay]')?.focus()
  }, [])

  const act = (action: ReplayAction) => {
    switch (action.name) {
      case 'toggle':
        controls.toggle()
        break
      case 'step':
        controls.step(action.count)
        break
      case 'speed':
        controls.setSpeed(action.speed)
        break
      case 'slower':
        controls.changeSpeed(-1)
        break
      case 'faster':
        controls.changeSpeed(1)
        break
      case 'start': {
        const atMs = (sessions.get(focus) ?? sessions.get(0))?.chosenMs() ?? null
        if (atMs !== null) controls.seek(atMs)
        break
      }
      case 'loopIn':
        controls.loopIn()
        break
      case 'loopOut':
        controls.loopOut()
        break
      case 'clearLoop':
        controls.clearLoop()
        break
      case 'goTo':
        setAsked((count) => count + 1)
        break
      case 'bookmark':
        controls.bookmark(instrument)
        break
      case 'live':
        showScreen('watch')
        break
    }
  }
  const onKeyDownCapture = (event: React.KeyboardEvent) => {
    const action = isMeantElsewhere(event) ? undefined : replayAction(event)
    if (action === undefined) return
    event.preventDefault()
    event.stopPropagation()
    act(action)
  }
  return (
    // What is clicked beside a chart or a button must not take the keys away from the screen.
    <div ref={root} className="replay-screen" tabIndex={-1} onKeyDownCapture={onKeyDownCapture}>
      <ReplayHeading onLive={() => showScreen('watch')} />
      <ReplayLines />
      <div className="replay-body">
        <ReplayCharts charts={charts} sessions={sessions} />
        <ReplayNotice />
      </div>
      <Transport controls={controls} instrument={instrument} asked={asked} />
      <Timeline controls={controls} instrument={instrument} />
      <KeyLegend />
    </div>
  )
}

/** Fields take what is typed, menus their own keys, and a button is pressed with Space. */
function isMeantElsewhere(event: React.KeyboardEvent): boolean {
  if (!(event.target instanceof Element)) return false
  if (event.target.closest('input, select, [role=menu]') !== null) return true
  return event.key === ' ' && event.target.closest('button') !== null
}
