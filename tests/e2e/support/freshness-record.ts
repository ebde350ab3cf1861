import type { Page } from '@playwright/test'

/** Freshness states that each row in sight went through, without repeats in a row; keyed by row id. */
export type FreshnessRecord = Readonly<Record<string, readonly string[]>>

/**
 * Starts to note every freshness a row shows, however briefly; looking now and then would miss states
 * that last for a few frames.
 *
 * @returns Reads what was noted so far.
 */
export async function recordFreshness(page: Page): Promise<() => Promise<FreshnessRecord>> {
  const handle = await page.evaluateHandle(() => {
    const record: Record<string, string[]> = {}
    const note = (row: HTMLElement) => {
      const states = (record[row.id] ??= [])
      const state = row.dataset['freshness'] ?? ''
      if (states.at(-1) !== state) states.push(state)
    }
    for (const row of document.querySelectorAll<HTMLElement>('.watch-row')) note(row)
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        if (target instanceof HTMLElement && target.matches('.watch-row')) note(target)
      }
    }).observe(document.body, { subtree: true, attributeFilter: ['data-freshness'] })
    return record
  })
  return () => handle.jsonValue()
}
