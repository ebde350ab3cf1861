import { ConnectionsScreen } from '../connections/connections-screen.tsx'
import { useChoice, useLinkStatus, useRows, useRun } from '../desk/desk.ts'
import type { Screen } from '../desk/desk-choices.ts'
import { FirstRunCard } from '../first-run/first-run-card.tsx'
import { needsFirstRun } from '../first-run/needs-first-run.ts'
import { MarkSheet } from '../freshness/mark.tsx'
import { WatchScreen } from '../watch/watch-screen.tsx'
import { Header } from './header.tsx'
import { NoticeBanners } from './notice-banner.tsx'
import { useRegionKeys } from './region-keys.ts'
import { StatusBar } from './status-bar.tsx'
import { useWindowTitle } from './window-title.ts'

const screenViews: Readonly<Record<Screen, () => React.ReactNode>> = {
  watch: WatchScreen,
  connections: ConnectionsScreen
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
  return (
    <div className="app" data-mode={run?.mode ?? 'live'} data-linked={isLinked}>
      <MarkSheet />
      <Header />
      <NoticeBanners />
      <main>{isFirstRun ? <FirstRunCard /> : <View />}</main>
      <StatusBar />
    </div>
  )
}
