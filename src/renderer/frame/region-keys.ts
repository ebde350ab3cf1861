import { useEffect } from 'react'

const focusable = ':is(button, input, select):enabled:not([tabindex="-1"]), a[href], [tabindex="0"]'

/** Moves the focus to the next or the former region of the page, in reading order. */
function moveRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => entryOf(region) !== null
  )
  if (regions.length === 0) return
  const current = regions.findIndex((region) => region.contains(document.activeElement))
  const start = current < 0 && step < 0 ? 0 : current
  const next = regions[(start + step + regions.length) % regions.length]
  if (next !== undefined) entryOf(next)?.focus()
}

/** Where the focus enters a region; null where it can not, as among mere figures. */
function entryOf(region: HTMLElement): HTMLElement | null {
  if (region.matches('[tabindex="0"]')) return region
  return (
    region.querySelector<HTMLElement>('[role=grid]') ?? region.querySelector<HTMLElement>(focusable)
  )
}

/** F6 and Shift+F6 go round the regions. */
export function useRegionKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'F6') return
      event.preventDefault()
      moveRegion(event.shiftKey ? -1 : 1)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
