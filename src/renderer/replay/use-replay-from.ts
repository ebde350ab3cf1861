import { useCallback } from 'react'
import { useDesk, useIsReplay } from '../desk/desk.ts'
import { replayCharts } from '../desk/replay-choices.ts'
import type { TapeSpan } from './tape-span.ts'

/** Gives what shows the replay screen with an instrument on its chart in focus, paused where a span says. */
export function useReplayFrom(): (instrument: string, span: TapeSpan) => void {
  const { deck, choices } = useDesk()
  const isReplay = useIsReplay()
  return useCallback(
    (instrument, span) => {
      const { replayFocus, setReplayChart, focusReplayChart, showScreen } = choices.getState()
      const place = isReplay ? replayFocus : 0
      setReplayChart(place, { instrument })
      focusReplayChart(place)
      const { replay, charts } = choices.getState()
      const shown = replayCharts(replay, charts).flatMap((chart) => chart.instrument ?? [])
      deck.load({ instruments: [...new Set(shown)], view: replay.view, ...span })
      showScreen('replay')
    },
    [deck, choices, isReplay]
  )
}
