import { useEffect, useState } from 'react'
import type { Freshness } from '../../contracts/shapes.ts'
import type { FeedStatus } from './series-feed.ts'

const skeletonMs = 300

type ChartNoticeProps = {
  readonly status: FeedStatus
  readonly freshness: Freshness | 'replay'
  readonly onRetry: () => void
}

/** What to say over a chart that has no picture, or an old one. */
export function ChartNotice({ status, freshness, onRetry }: ChartNoticeProps) {
  switch (status.kind) {
    case 'ready':
      return null
    case 'loading':
      return <LoadingNotice />
    case 'empty':
      return <p className="chart-notice">{emptyWords(freshness)}</p>
    case 'failed':
      return (
        <div className="chart-notice" role="alert">
          <p>{failureText(status.code, status.message)}</p>
          {status.code === 'link-lost' ? null : (
            <button type="button" onClick={onRetry}>
              Try again
            </button>
          )}
        </div>
      )
  }
}

function emptyWords(freshness: Freshness | 'replay'): string {
  if (freshness === 'replay')
    return 'Nothing is stored before this moment. Space plays on from here.'
  if (freshness === 'none') return 'Waiting for first tick.'
  return 'Nothing stored for this interval yet. The first candle appears with the next trade.'
}

function LoadingNotice() {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), skeletonMs)
    return () => clearTimeout(timer)
  }, [])
  if (isSlow) return <p className="chart-notice">Reading stored candles …</p>
  return <div className="chart-skeleton" aria-hidden="true" />
}

/** The user's sentence for an error code: cause and next step. */
function failureText(code: string, message: string): string {
  switch (code) {
    case 'link-lost':
      return 'No link to the engine. History is read as soon as it is back.'
    case 'timeout':
    case 'busy':
      return 'The store is busy and did not answer in time.'
    case 'unknown-instrument':
      return 'This instrument is not collected. Add it in settings.toml.'
    case 'bad-query':
      return `This interval cannot be shown: ${message}.`
    default:
      return `Stored candles cannot be read: ${message}.`
  }
}
