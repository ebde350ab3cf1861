import { useEffect } from 'react'
import type { Freshness, RunMode } from '../../contracts/shapes.ts'
import { useChoice, useDesk, useRows, useRun } from '../desk/desk.ts'
import { priceText } from '../format/price-text.ts'
import { useFreshness, useShownInstrument } from '../watch/shown-instrument.ts'
import { useUnhealthyCount } from './header.tsx'

export type TitleSource = {
  readonly unhealthy: number
  readonly mode: RunMode
  readonly symbol: string | null
  readonly price: string | null
  readonly freshness: Freshness
}

/** Writes the window title: the worst state first, because a taskbar shows only the beginning. */
export function titleText({ unhealthy, mode, symbol, price, freshness }: TitleSource): string {
  const count = unhealthy > 0 ? `(${unhealthy}) ` : ''
  const state = freshness === 'stale' ? 'stale ' : ''
  const what = symbol === null ? '' : `${symbol} ${price ?? '–'} — `
  const name = mode === 'live' ? 'Tapedeck' : `Tapedeck ${mode.toUpperCase()}`
  return count + state + what + name
}

/** Keeps the window title up to date, once a second at most. */
export function useWindowTitle(): void {
  const { stream, seconds } = useDesk()
  const id = useShownInstrument()
  const instrument = useRows('instruments').find((row) => row.id === id)
  const freshness = useFreshness(id)
  const unhealthy = useUnhealthyCount()
  const isReplay = useChoice((state) => state.screen === 'replay')
  const runMode = useRun()?.mode ?? 'live'
  const mode = isReplay ? 'replay' : runMode
  useEffect(() => {
    const write = () => {
      const price = id === null ? null : (stream.state.prices.find(id)?.price ?? null)
      document.title = titleText({
        unhealthy,
        mode,
        // A live price over a screen of stored ones would be taken for one of them.
        symbol: isReplay ? null : (instrument?.symbol ?? null),
        price: price === null ? null : priceText(price, instrument?.tickSize ?? null),
        freshness
      })
    }
    write()
    return seconds.subscribe(write)
  }, [stream, seconds, id, instrument, freshness, unhealthy, isReplay, mode])
}
