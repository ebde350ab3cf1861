import { useSyncExternalStore } from 'react'
import type { ThemeChoice } from '../desk/desk-choices.ts'

/** The theme to draw for a choice; `system` follows the platform. */
export function drawnTheme(choice: ThemeChoice, isSystemDark: boolean): 'dark' | 'light' {
  if (choice === 'system') return isSystemDark ? 'dark' : 'light'
  return choice
}

/**
 * The theme that the page shows, read from the page itself: the platform's answer may change a moment
 * before the colours do, and who draws by it then draws in the old ones.
 */
export function useDrawnTheme(): 'dark' | 'light' {
  return useSyncExternalStore(onThemeChange, shownTheme)
}

function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

function shownTheme(): 'dark' | 'light' {
  return document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark'
}
