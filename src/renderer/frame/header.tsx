import { useEffect } from 'react'
import { Monitor, Moon, Sun } from 'lucide-react'
import { connectionWords } from '../connections/connection-words.ts'
import {
  DeskContext,
  useChoice,
  useLinkStatus,
  useRowsCalmly,
  useRunNowMs,
  type Desk
} from '../desk/desk.ts'
import { screens, themeChoices, type Screen, type ThemeChoice } from '../desk/desk-choices.ts'
import { InstrumentSearch } from './instrument-search.tsx'
import { ModeBadge } from './mode-badge.tsx'

const screenTitles: Readonly<Record<Screen, string>> = {
  watch: 'Watch',
  connections: 'Connections',
  replay: 'Replay'
}
const themeIcons = { system: Monitor, dark: Moon, light: Sun } as const

/**
 * Name, screens, search and theme; on every screen.
 *
 * @param shown What search and badge speak of.
 */
export function Header({ shown }: { readonly shown: Desk }) {
  useScreenKeys()
  return (
    <header className="header" data-region="header">
      <h1 className="brand">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M2.5 9v4M6.2 4v9M9.8 6.5v6.5M13.5 2v11" />
        </svg>
        Tapedeck
      </h1>
      <nav aria-label="Screens">
        {screens.map((screen) => (
          <ScreenTab key={screen} screen={screen} />
        ))}
      </nav>
      <DeskContext value={shown}>
        <ModeBadge />
        <InstrumentSearch />
      </DeskContext>
      <ThemeButton />
    </header>
  )
}

function ScreenTab({ screen }: { readonly screen: Screen }) {
  const shown = useChoice((state) => state.screen)
  const showScreen = useChoice((state) => state.showScreen)
  const unhealthy = useUnhealthyCount()
  const count = screen === 'connections' && unhealthy > 0 ? unhealthy : null
  return (
    <button
      type="button"
      aria-current={screen === shown ? 'page' : undefined}
      title={`Ctrl+${screens.indexOf(screen) + 1}`}
      onClick={() => showScreen(screen)}
    >
      {screenTitles[screen]}
      {count === null ? null : (
        <sup>
          {count}
          <span className="unseen"> unhealthy</span>
        </sup>
      )}
    </button>
  )
}

/** Connections that are not as they should be. */
export function useUnhealthyCount(): number {
  const rows = useRowsCalmly('connections')
  const isLinked = useLinkStatus().kind === 'live'
  const nowMs = useRunNowMs()
  return rows.filter((row) => connectionWords(row, nowMs, isLinked).isUnhealthy).length
}

function ThemeButton() {
  const theme = useChoice((state) => state.theme)
  const setTheme = useChoice((state) => state.setTheme)
  const next: ThemeChoice =
    themeChoices[(themeChoices.indexOf(theme) + 1) % themeChoices.length] ?? 'system'
  const Icon = themeIcons[theme]
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Theme: ${theme}. Switch to ${next}`}
      title={`Theme: ${theme}`}
      onClick={() => setTheme(next)}
    >
      <Icon size={15} aria-hidden="true" />
    </button>
  )
}

function useScreenKeys(): void {
  const showScreen = useChoice((state) => state.showScreen)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.ctrlKey || event.altKey || event.shiftKey) return
      const screen = screens[Number(event.key) - 1]
      if (screen === undefined) return
      event.preventDefault()
      showScreen(screen)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [showScreen])
}
