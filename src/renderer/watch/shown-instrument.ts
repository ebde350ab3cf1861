import { useSyncExternalStore } from 'react'
import type { Freshness } from '../../contracts/shapes.ts'
import type { InstrumentRow } from '../../contracts/state-rows.ts'
import { useChoice, useDesk, useLinkStatus, useRows } from '../desk/desk.ts'
import { shownFreshness } from '../freshness/shown-freshness.ts'

/** Chooses what the first chart shows: the chosen instrument if it exists, else Bitcoin, else the first. */
export function pickInstrument(
  instruments: readonly InstrumentRow[],
  chosen: string | null
): InstrumentRow | undefined {
  return (
    instruments.find((instrument) => instrument.id === chosen) ??
    instruments.find((instrument) => instrument.base === 'BTC') ??
    instruments[0]
  )
}

/** Id of the instrument on the chart, null while none is known. */
export function useShownInstrument(): string | null {
  const instruments = useRows('instruments')
  const chosen = useChoice((state) => state.charts[0]?.instrument ?? null)
  return pickInstrument(instruments, chosen)?.id ?? null
}

/** How fresh an instrument may be shown to be; renders again only when that changes. */
export function useFreshness(instrument: string | null): Freshness {
  const { prices } = useDesk().stream.state
  const isLinked = useLinkStatus().kind === 'live'
  const freshness = useSyncExternalStore(
    (listener) =>
      instrument === null ? () => undefined : prices.subscribeRow(instrument, listener),
    () => (instrument === null ? 'none' : (prices.find(instrument)?.freshness ?? 'none'))
  )
  return shownFreshness(freshness, isLinked)
}
