import { useChoice } from '../desk/desk.ts'
import { narrowestWatchlist } from '../desk/desk-store.ts'

const narrowestChart = 360
const keyStep = 16

/** The edge between list and chart; drag it, or focus it and use ← →. */
export function Splitter() {
  const width = useChoice((state) => state.watchlistWidth)
  const setWidth = useChoice((state) => state.setWatchlistWidth)
  const resize = (wanted: number) =>
    setWidth(Math.min(wanted, Math.max(narrowestWatchlist, window.innerWidth - narrowestChart)))
  return (
    <div
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the watchlist"
      aria-valuenow={width}
      aria-valuemin={narrowestWatchlist}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(event.clientX)
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') resize(width - keyStep)
        else if (event.key === 'ArrowRight') resize(width + keyStep)
      }}
    />
  )
}
