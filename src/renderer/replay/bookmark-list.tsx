import { Bookmark as BookmarkIcon, X } from 'lucide-react'
import { useChoice, useZonedTime } from '../desk/desk.ts'
import { withoutBookmark, type Bookmark } from '../desk/replay-choices.ts'
import { gapTimeText } from '../ledger/gap-words.ts'
import { Popover, useClosePopover } from './popover.tsx'
import type { ReplayControls } from './replay-controls.ts'

type BookmarkListProps = {
  readonly controls: ReplayControls
  /** The instrument that a new bookmark is named after; null where there is none. */
  readonly instrument: string | null
}

/** Moments that were kept: one is set, gone to, or dropped. */
export function BookmarkList({ controls, instrument }: BookmarkListProps) {
  const bookmarks = useChoice((state) => state.replay.bookmarks)
  const sorted = [...bookmarks].sort((left, right) => left.atMs - right.atMs)
  return (
    <Popover
      title="Bookmarks (M sets one)"
      label={
        <>
          <BookmarkIcon size={13} aria-hidden="true" />
          <span className="unseen">Bookmarks</span> {bookmarks.length}
        </>
      }
    >
      <button type="button" className="add" onClick={() => controls.bookmark(instrument)}>
        Bookmark this moment <kbd>M</kbd>
      </button>
      {sorted.length === 0 ? (
        <p className="hint">None yet.</p>
      ) : (
        <ul aria-label="Bookmarks">
          {sorted.map((bookmark) => (
            <BookmarkLine
              key={`${bookmark.instrument}/${bookmark.atMs}`}
              bookmark={bookmark}
              controls={controls}
            />
          ))}
        </ul>
      )}
    </Popover>
  )
}

function BookmarkLine(props: { readonly bookmark: Bookmark; readonly controls: ReplayControls }) {
  const { bookmark, controls } = props
  const close = useClosePopover()
  const zone = useZonedTime()
  const bookmarks = useChoice((state) => state.replay.bookmarks)
  const setReplay = useChoice((state) => state.setReplay)
  const place = useChoice((state) => state.replayFocus)
  const setReplayChart = useChoice((state) => state.setReplayChart)
  const symbol = bookmark.instrument.split(':').at(-1) ?? bookmark.instrument
  const time = gapTimeText(bookmark.atMs, zone)
  return (
    <li>
      <button
        type="button"
        onClick={() => {
          setReplayChart(place, { instrument: bookmark.instrument })
          controls.visit(bookmark.atMs, zone)
          close()
        }}
      >
        <time>{time}</time> {symbol}
      </button>
      <button
        type="button"
        aria-label={`Remove ${time} ${symbol}`}
        title="Remove"
        onClick={() => setReplay({ bookmarks: withoutBookmark(bookmarks, bookmark) })}
      >
        <X size={12} aria-hidden="true" />
      </button>
    </li>
  )
}
