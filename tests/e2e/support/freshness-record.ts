import type { Page } from '@playwright/test'

/** Freshness states that rows went through, oldest first, without repeats in a row; keyed by row id. */
export type FreshnessRecord = Readonly<Record<string, readonly string[]>>

/**
 * Starts to note every freshness that the rows now in sight show, however briefly; looking now and then would miss states
 * that last for a few frames.
 *
 * @returns Reads what was noted so far.
 */
export async function recordFreshness(page: Page): Promise<() => Promise<FreshnessRecord>> {
  const handle = await page.evaluateHandle(() => {
    const record: Record<string, string[]> = {}
    for (const row of document.querySelectorAll<HTMLElement>('.watch-row')) {
      record[row.id] = [row.dataset['freshness'] ?? '']
    }
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const states = target instanceof HTMLElement ? record[target.id] : undefined
        const state = target instanceof HTMLElement ? (target.dataset['freshness'] ?? '') : ''
        if (states !== undefined && states.at(-1) !== state) states.push(state)
      }
    }).observe(document.body, { subtree: true, attributeFilter: ['data-freshness'] })
    return record
  })
  return () => handle.jsonValue()
}

/** Starts to note every text of the banner. @returns Reads what was noted so far, oldest first. */
export async function recordNotices(page: Page): Promise<() => Promise<readonly string[]>> {
  const handle = await page.evaluateHandle(() => {
    const notices: string[] = []
    new MutationObserver(() => {
      const text = document.querySelector('.banner[data-kind=notice]')?.textContent ?? ''
      if (text !== '' && notices.at(-1) !== text) notices.push(text)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
    return notices
  })
  return () => handle.jsonValue()
}
