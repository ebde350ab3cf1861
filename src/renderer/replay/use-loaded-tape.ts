import { useEffect, useMemo } from 'react'
import type { ChartChoice } from '../desk/chart-choice.ts'
import { useChoice, useDesk, useKnownInstruments, useZonedTime } from '../desk/desk.ts'
import { replayCharts } from '../desk/replay-choices.ts'
import { pickInstrument } from '../watch/shown-instrument.ts'
import { rangeSpan } from './tape-span.ts'

/** The charts of the screen, with an instrument each where one can be told. */
export function useShownCharts(): readonly ChartChoice[] {
  const replay = useChoice((state) => state.replay)
  const watched = useChoice((state) => state.charts)
  const instruments = useKnownInstruments()
  return useMemo(
    () =>
      replayCharts(replay, watched).map(({ instrument, interval }) => ({
        instrument: instrument ?? pickInstrument(instruments, null)?.id ?? null,
        interval
      })),
    [replay, watched, instruments]
  )
}

/** Keeps the instruments of the charts in the deck; the first time with the range that was chosen last. */
export function useLoadedTape(charts: readonly ChartChoice[]): void {
  const { deck, choices, live } = useDesk()
  const zone = useZonedTime()
  const wanted = [...new Set(charts.flatMap(({ instrument }) => instrument ?? []))].join('\n')
  useEffect(() => {
    if (wanted === '') return
    const instruments = wanted.split('\n')
    const { range, view } = choices.getState().replay
    if (deck.tape === null) {
      deck.load({ instruments, view, ...rangeSpan(range, live.runNowMs(), zone) })
    } else if (deck.tape.instruments.join('\n') !== wanted) {
      deck.reload({ instruments })
    }
  }, [deck, choices, live, zone, wanted])
}
