import { z } from 'zod'
import { tapeViews } from '../../contracts/tape-replay-request.ts'
import { chartChoiceSchema, type ChartChoice } from './chart-choice.ts'

/** Stretches offered without saying dates; all end where the store ends. */
export const replayRanges = ['hour', 'day', 'all'] as const
/** How many charts may follow one cursor. */
export const replayChartCounts = [1, 2, 4] as const
const stepUnits = ['candle', 'trade'] as const
/** Most bookmarks kept; beyond it the one set first is dropped. */
export const mostBookmarks = 200

export type ReplayRange = (typeof replayRanges)[number]
export type ReplayChartCount = (typeof replayChartCounts)[number]

const bookmarkSchema = z.object({ instrument: z.string().max(100), atMs: z.number() })

/** What the user chose on the replay screen. */
export const replayChoicesSchema = z.object({
  /** In reading order; empty: the first of Watch. */
  charts: z.array(chartChoiceSchema).max(4),
  range: z.enum(replayRanges),
  view: z.enum(tapeViews),
  stepBy: z.enum(stepUnits),
  /** In the order in which they were set, no repeats. */
  bookmarks: z.array(bookmarkSchema).max(mostBookmarks)
})

export type ReplayChoices = z.infer<typeof replayChoicesSchema>
export type Bookmark = ReplayChoices['bookmarks'][number]

export const defaultReplayChoices: ReplayChoices = {
  charts: [],
  range: 'hour',
  view: 'then',
  stepBy: 'candle',
  bookmarks: []
}

/** The charts of the replay screen: those chosen there, else the first of Watch. */
export function replayCharts(
  replay: ReplayChoices,
  watched: readonly ChartChoice[]
): readonly ChartChoice[] {
  return replay.charts.length > 0 ? replay.charts : watched.slice(0, 1)
}

/** The first `count` charts; what is missing shows what the last one shows. */
export function withChartCount(
  charts: readonly ChartChoice[],
  count: ReplayChartCount
): ChartChoice[] {
  const last = charts.at(-1) ?? { instrument: null, interval: '1m' }
  return [...Array(count).keys()].map((place) => charts[place] ?? last)
}

/** Sets a bookmark; one that is there already stays where it is. */
export function withBookmark(bookmarks: readonly Bookmark[], bookmark: Bookmark): Bookmark[] {
  if (bookmarks.some((held) => isSameBookmark(held, bookmark))) return [...bookmarks]
  return [...bookmarks, bookmark].slice(-mostBookmarks)
}

export function withoutBookmark(bookmarks: readonly Bookmark[], bookmark: Bookmark): Bookmark[] {
  return bookmarks.filter((held) => !isSameBookmark(held, bookmark))
}

function isSameBookmark(left: Bookmark, right: Bookmark): boolean {
  return left.instrument === right.instrument && left.atMs === right.atMs
}
