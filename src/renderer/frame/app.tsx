import { ConnectionsScreen } from '../connections/connections-screen.tsx'
import { useMemo } from 'react'
import { useChoice, useDesk, useLinkStatus, useRows, useRun, type Desk } from '../desk/desk.ts'
import type { Screen } from '../desk/desk-choices.ts'
import { FirstRunCard } from '../first-run/first-run-card.tsx'
import { needsFirstRun } from '../first-run/needs-first-run.ts'
import { MarkSheet } from '../freshness/mark.tsx'
import { ReplayScreen } from '../replay/replay-screen.tsx'
import { useDeckStream } from '../replay/use-deck-stream.ts'
import { WatchScreen } from '../watch/watch-screen.tsx'
import { Header } from './header.tsx'
import { NoticeBanners } from './notice-banner.tsx'
import { useRegionKeys } from './region-keys.ts'
import { StatusBar } from './status-bar.tsx'
import { useWindowTitle } from './window-title.ts'

const screenViews: Readonly<Record<Screen, () => React.ReactNode>> = {
  watch: WatchScreen,
  connections: ConnectionsScreen,
  replay: ReplayScreen
}

/** What search and badge of the header speak of: on the replay screen the deck, else the live state. */
function useShownDesk(): Desk {
  const desk = useDesk()
  const stream = useDeckStream()
  const isReplay = useChoice((state) => state.screen === 'replay')
  return useMemo(
    () => (isReplay && stream !== null ? { ...desk, stream } : desk),
    [desk, stream, isReplay]
  )
}

/** The frame and the screen inside it. */
export function App() {
  useRegionKeys()
  useWindowTitle()
  const run = useRun()
  const isLinked = useLinkStatus().kind === 'live'
  const screen = useChoice((state) => state.screen)
  const instruments = useRows('instruments').length
  const connections = useRows('connections').length
  const health = useRows('health')[0]
  const isFirstRun = needsFirstRun({
    isAsked: new URLSearchParams(location.search).has('first-run'),
    isLinked,
    instruments,
    connections,
    venues: health?.venues.length ?? null
  })
  const View = screenViews[screen]
  const mode = screen === 'replay' ? 'replay' : (run?.mode ?? 'live')
  return (
    <div className="app" data-mode={mode} data-linked={isLinked}>
      <MarkSheet />
      <Header shown={useShownDesk()} />
      <NoticeBanners />
      <main>{isFirstRun ? <FirstRunCard /> : <View />}</main>
      <StatusBar />
    </div>
  )
}
