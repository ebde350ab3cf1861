import { TriangleAlert } from 'lucide-react'
import { useChoice, useDesk, useLinkStatus, useRows, useRunNowMs } from '../desk/desk.ts'
import { worstNotice } from './notice.ts'

/** A line under the header, there only while something needs a person. */
export function NoticeBanner() {
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
    <div className="banner" data-grade={notice.grade} role="status">
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
