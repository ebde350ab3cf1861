import './strict-policy.ts'
import './theme/tokens.css'
import './theme/base.css'
import './theme/frame.css'
import './theme/watch.css'
import './theme/chart.css'
import './theme/connections.css'
import './theme/replay.css'
import './theme/transport.css'
import './theme/timeline.css'
import './theme/first-run.css'
import { StrictMode } from 'react'
import type { PortPurpose } from '../contracts/desktop-bridge.ts'
import { createRoot } from 'react-dom/client'
import { HealthHistory } from './connections/health-history.ts'
import { browserStorage } from './desk/choice-keeper.ts'
import { DeskContext, type Desk } from './desk/desk.ts'
import { defaultChoices } from './desk/desk-choices.ts'
import { createDeskStore } from './desk/desk-store.ts'
import { PaintLoop } from './desk/paint-loop.ts'
import { SecondTimer } from './desk/second-timer.ts'
import { App } from './frame/app.tsx'
import { hostActions } from './host-actions.ts'
import { desktopBridge } from './link/desktop-window.ts'
import { streamAddress, webSocketLinks } from './link/web-socket-link.ts'
import { windowPortLinks } from './link/window-port.ts'
import { ReplayDeck } from './replay/replay-deck.ts'
import { findStoredSpan } from './replay/stored-span.ts'
import { StreamClient } from './stream/stream-client.ts'
import { applyTheme } from './theme/apply-theme.ts'

const beatMs = 250

function createDesk(): Desk {
  const clock = () => Date.now()
  const bridge = desktopBridge()
  const openLinks = (purpose: PortPurpose) =>
    bridge === undefined
      ? webSocketLinks(streamAddress(location, purpose))
      : windowPortLinks(bridge, window, purpose)
  const live = new StreamClient(openLinks('state'), clock)
  return {
    stream: live,
    live,
    deck: new ReplayDeck(openLinks('deck'), clock, (instrument) =>
      findStoredSpan((query) => live.query(query), instrument, live.runNowMs())
    ),
    choices: createDeskStore(browserStorage(), defaultChoices(window.innerWidth)),
    host: hostActions(bridge),
    clock,
    seconds: new SecondTimer(),
    paint: new PaintLoop((callback) => {
      requestAnimationFrame(callback)
    }),
    history: new HealthHistory()
  }
}

function start(): void {
  const root = document.getElementById('root')
  if (root === null) throw new Error('index.html has no #root')
  const desk = createDesk()
  applyTheme(desk.choices, document.documentElement)
  desk.stream.start()
  setInterval(() => {
    desk.stream.beat()
    desk.deck.beat()
  }, beatMs)
  desk.seconds.subscribe(() =>
    desk.history.note(desk.stream.state.health.find('health'), desk.clock())
  )
  createRoot(root).render(
    <StrictMode>
      <DeskContext value={desk}>
        <App />
      </DeskContext>
    </StrictMode>
  )
}

start()
