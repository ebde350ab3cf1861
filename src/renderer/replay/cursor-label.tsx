import type { ZonedTime } from '../format/zoned-time.ts'
import { Mark } from '../freshness/mark.tsx'
import { CursorText } from './cursor-text.tsx'

/** Stands in the heading of a chart where a live one says how fresh it is. */
export function CursorLabel() {
  return (
    <span
      className="freshness-label"
      data-freshness="replay"
      title="Stored data, played up to this moment. Not live."
    >
      <Mark shape="replay" />
      REPLAY <CursorText write={writeSecond} />
    </span>
  )
}

function writeSecond(atMs: number, zone: ZonedTime): string {
  return zone.secondText(atMs)
}
