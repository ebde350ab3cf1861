import { z } from 'zod'
import { chartChoiceSchema } from './chart-choice.ts'
import { defaultReplayChoices, replayChoicesSchema } from './replay-choices.ts'

export const screens = ['watch', 'connections', 'replay'] as const
export const themeChoices = ['system', 'dark', 'light'] as const
export const palettes = ['blue-orange', 'classic', 'mono'] as const
export const sortKeys = ['symbol', 'price', 'change', 'volume', 'spread', 'trades', 'age'] as const

export type Screen = (typeof screens)[number]
export type ThemeChoice = (typeof themeChoices)[number]
/** Colours of up and down; in the light theme blue/orange is drawn as Okabe–Ito. */
export type Palette = (typeof palettes)[number]
export type SortKey = (typeof sortKeys)[number]

/** What the user chose, as kept between visits. */
export const deskChoicesSchema = z.object({
  screen: z.enum(screens),
  theme: z.enum(themeChoices),
  palette: z.enum(palettes),
  /** `local`, or an IANA zone. */
  timeZone: z.string().max(60).refine(isKnownZone),
  sort: z.object({ key: z.enum(sortKeys), descending: z.boolean() }),
  /** CSS pixels. */
  watchlistWidth: z.number().min(200).max(2_000),
  /** One entry per chart, in reading order; never empty. */
  charts: z.array(chartChoiceSchema).min(1).max(9),
  replay: replayChoicesSchema
})

export type DeskChoices = z.infer<typeof deskChoicesSchema>
export type Sort = DeskChoices['sort']

/** Where a new user starts. */
export function defaultChoices(windowWidth: number): DeskChoices {
  return {
    screen: 'watch',
    theme: 'system',
    palette: 'blue-orange',
    timeZone: 'local',
    sort: { key: 'volume', descending: true },
    watchlistWidth: Math.round(Math.min(800, Math.max(480, windowWidth * 0.43))),
    charts: [{ instrument: null, interval: '1m' }],
    replay: defaultReplayChoices
  }
}

function isKnownZone(timeZone: string): boolean {
  if (timeZone === 'local') return true
  try {
    new Intl.DateTimeFormat('en-US', { timeZone })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
