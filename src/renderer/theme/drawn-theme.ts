import { useSyncExternalStore } from 'react'
import { useChoice } from '../desk/desk.ts'
import type { ThemeChoice } from '../desk/desk-choices.ts'

const darkQuery = '(prefers-color-scheme: dark)'

/** The theme to draw for a choice; `system` follows the platform. */
export function drawnTheme(choice: ThemeChoice, isSystemDark: boolean): 'dark' | 'light' {
  if (choice === 'system') return isSystemDark ? 'dark' : 'light'
  return choice
}

export function useDrawnTheme(): 'dark' | 'light' {
  const choice = useChoice((state) => state.theme)
  const isSystemDark = useSyncExternalStore(
    (listener) => {
      const query = matchMedia(darkQuery)
      query.addEventListener('change', listener)
      return () => query.removeEventListener('change', listener)
    },
    () => matchMedia(darkQuery).matches
  )
  return drawnTheme(choice, isSystemDark)
}
