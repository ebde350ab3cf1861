import { TriangleAlert, X } from 'lucide-react'
import { useChoice, useDesk, useLinkStatus, useRows, useRunNowMs } from '../desk/desk.ts'
import { isEngineGone, worstNotice } from './notice.ts'
import { problemsKey, problemsText } from './problems.ts'

/** Lines above the status bar, there only while something needs a person; nothing above them moves. */
export function NoticeBanners() {
  return (
    <div className="banners">
      <NoticeBanner />
      <ProblemsBanner />
    </div>
  )
}

/** What is wrong with the engine itself; put away, it stays away until something else is wrong. */
function ProblemsBanner() {
  const health = useRows('health')[0]
  const connections = useRows('connections')
  const isTold = health !== undefined && isEngineGone(connections, health)
  const problems = isTold ? [] : (health?.problems ?? [])
  const dismissed = useChoice((state) => state.dismissedProblems)
  const dismiss = useChoice((state) => state.dismissProblems)
  const showScreen = useChoice((state) => state.showScreen)
  const key = problemsKey(problems)
  if (problems.length === 0 || key === dismissed) return null
  return (
    <div className="banner" data-kind="problems" data-grade="warning" role="status">
      <TriangleAlert size={14} aria-hidden="true" />
      <span title={problems.join('\n')}>{problemsText(problems)}</span>
      <button type="button" onClick={() => showScreen('connections')}>
        Details
      </button>
      <button
        type="button"
        className="dismiss"
        aria-label="Dismiss until it changes"
        title="Dismiss until it changes"
        onClick={() => dismiss(key)}
      >
        <X size={14} aria-hidden="true" />
      </button>
    </div>
  )
}

function NoticeBanner() {
  const { stream, clock } = useDesk()
  const showConnection = useChoice((state) => state.showConnection)
  const notice = worstNotice({
    link: useLinkStatus(),
    lastFrameMs: stream.lastFrameMs,
    connections: stream.state.connections.list(),
    health: useRows('health')[0],
    nowMs: useRunNowMs(),
    wallMs: clock()
  })
  if (notice === null) return null
  const { retry, connection } = notice
  const retryNow = () => {
    if (retry === 'link') stream.retryNow()
    else for (const id of retry ?? []) stream.retryConnection(id)
  }
  return (
    <div className="banner" data-kind="notice" data-grade={notice.grade} role="status">
      <TriangleAlert size={14} aria-hidden="true" />
      <span>{notice.text}</span>
      {retry === null || retry.length === 0 ? null : (
        <button type="button" onClick={retryNow}>
          Retry now
        </button>
      )}
      {connection === null ? null : (
        <button type="button" onClick={() => showConnection(connection)}>
          Details
        </button>
      )}
    </div>
  )
}
