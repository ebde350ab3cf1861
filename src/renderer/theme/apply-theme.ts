import type { DeskStore } from '../desk/desk-store.ts'
import { drawnTheme } from './drawn-theme.ts'

/** Keeps the page's theme and palette attributes equal to the choices; call before anything is drawn. */
export function applyTheme(choices: DeskStore, root: HTMLElement): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const { theme, palette } = choices.getState()
    root.dataset['theme'] = drawnTheme(theme, system.matches)
    root.dataset['palette'] = palette
  }
  apply()
  choices.subscribe(apply)
  system.addEventListener('change', apply)
}
