import { createStore, type StoreApi } from 'zustand/vanilla'
import { loadChoices, saveChoices, type ChoiceStorage } from './choice-keeper.ts'
import type { ChartChoice } from './chart-choice.ts'
import type { DeskChoices, Palette, Screen, SortKey, ThemeChoice } from './desk-choices.ts'
import { replayCharts, type ReplayChoices } from './replay-choices.ts'

export const narrowestWatchlist = 240

type DeskSession = {
  /** Text that narrows the watchlist. */
  readonly filter: string
  /** What is typed into the symbol search; `asked` counts the times it was called for from elsewhere. */
  readonly search: { readonly text: string; readonly asked: number }
  /** Connection whose details are shown; null shows the first that needs attention. */
  readonly connection: string | null
  /** What the engine said was wrong when the user put it away; null while nothing is put away. */
  readonly dismissedProblems: string | null
  /** Place of the replay chart that keys and the symbol search speak of. */
  readonly replayFocus: number
}

type DeskActions = {
  readonly showScreen: (screen: Screen) => void
  readonly showConnection: (connection: string | null) => void
  /** Puts the engine's problems away until they are others. */
  readonly dismissProblems: (problems: string) => void
  readonly setFilter: (filter: string) => void
  readonly setSearchText: (text: string) => void
  /** Brings the symbol search forward with a text in it. */
  readonly openSearch: (text: string) => void
  readonly setTheme: (theme: ThemeChoice) => void
  readonly setPalette: (palette: Palette) => void
  readonly setTimeZone: (timeZone: string) => void
  /** Sorts by a column; the same column again turns the order round. */
  readonly sortBy: (key: SortKey) => void
  readonly setWatchlistWidth: (width: number) => void
  /** Changes the first chart, the only one so far. */
  readonly setChart: (change: Partial<ChartChoice>) => void
  readonly setReplay: (change: Partial<ReplayChoices>) => void
  readonly setReplayChart: (place: number, change: Partial<ChartChoice>) => void
  readonly focusReplayChart: (place: number) => void
}

export type DeskState = DeskChoices & DeskSession & DeskActions
export type DeskStore = StoreApi<DeskState>

/** The user's own choices, kept in the browser's storage; market data never passes through here. */
export function createDeskStore(storage: ChoiceStorage | null, defaults: DeskChoices): DeskStore {
  const store = createStore<DeskState>()((set) => ({
    ...loadChoices(storage, defaults),
    filter: '',
    search: { text: '', asked: 0 },
    connection: null,
    dismissedProblems: null,
    replayFocus: 0,
    showScreen: (screen) => set({ screen }),
    showConnection: (connection) => set({ screen: 'connections', connection }),
    dismissProblems: (dismissedProblems) => set({ dismissedProblems }),
    setFilter: (filter) => set({ filter }),
    setSearchText: (text) => set(({ search }) => ({ search: { ...search, text } })),
    openSearch: (text) => set(({ search }) => ({ search: { text, asked: search.asked + 1 } })),
    setTheme: (theme) => set({ theme }),
    setPalette: (palette) => set({ palette }),
    setTimeZone: (timeZone) => set({ timeZone }),
    sortBy: (key) =>
      set(({ sort }) => ({
        sort: { key, descending: sort.key === key ? !sort.descending : key !== 'symbol' }
      })),
    setWatchlistWidth: (width) => set({ watchlistWidth: Math.max(narrowestWatchlist, width) }),
    setChart: (change) =>
      set(({ charts }) => ({
        charts: charts.map((chart, index) => (index === 0 ? { ...chart, ...change } : chart))
      })),
    setReplay: (change) => set(({ replay }) => ({ replay: { ...replay, ...change } })),
    setReplayChart: (place, change) =>
      set(({ replay, charts }) => ({
        replay: {
          ...replay,
          charts: replayCharts(replay, charts).map((chart, index) =>
            index === place ? { ...chart, ...change } : chart
          )
        }
      })),
    focusReplayChart: (replayFocus) => set({ replayFocus })
  }))
  store.subscribe((state) => saveChoices(storage, choicesOf(state)))
  return store
}

function choicesOf(state: DeskState): DeskChoices {
  return {
    screen: state.screen,
    theme: state.theme,
    palette: state.palette,
    timeZone: state.timeZone,
    sort: state.sort,
    watchlistWidth: state.watchlistWidth,
    charts: state.charts,
    replay: state.replay
  }
}
