import type { ChartSession } from './chart-session.ts'

const zoomStep = 1.25
const bigStep = 10

/** Moves and scales of the chart by its key, as `Shift+` and `Alt+` spell them. */
const moves: Readonly<Record<string, (session: ChartSession) => void>> = {
  ArrowLeft: ({ view }) => view.scrollBy(-1),
  ArrowRight: ({ view }) => view.scrollBy(1),
  'Shift+ArrowLeft': ({ view }) => view.scrollBy(-bigStep),
  'Shift+ArrowRight': ({ view }) => view.scrollBy(bigStep),
  Home: ({ view }) => view.scrollToFirst(),
  End: (session) => session.goLive(),
  '+': ({ view }) => view.zoomBy(zoomStep),
  '=': ({ view }) => view.zoomBy(zoomStep),
  '-': ({ view }) => view.zoomBy(1 / zoomStep),
  'Alt+r': ({ view }) => view.reset(),
  'Alt+l': ({ view }) => view.toggleScale('logarithmic'),
  'Alt+p': ({ view }) => view.toggleScale('percent'),
  'Alt+i': ({ view }) => view.toggleScale('inverted')
}

/** Finds what a key does to a chart; undefined when it does nothing. */
export function chartMove(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>
): ((session: ChartSession) => void) | undefined {
  if (event.ctrlKey || event.metaKey) return undefined
  const isShifted = event.shiftKey && event.key.length > 1
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return moves[`${event.altKey ? 'Alt+' : ''}${isShifted ? 'Shift+' : ''}${key}`]
}
