import type { Locator, Page } from '@playwright/test'

/** The row of an instrument of the demonstration's venue; there only while scrolled into view. */
export function rowOf(page: Page, symbol: string): Locator {
  return page.locator(`[id="watch-coinbase:${symbol}"]`)
}

/** The lines of the Connections screen, one a connection. */
export function connectionRows(page: Page): Locator {
  return page.getByRole('region', { name: 'Connections', exact: true }).locator('tbody tr')
}

export function priceOf(page: Page, symbol: string): Locator {
  return rowOf(page, symbol).locator('[data-cell=price]')
}

/** Symbols in sight, from top to bottom. */
export async function symbolsInSight(page: Page): Promise<readonly string[]> {
  const rows = await page
    .getByRole('grid', { name: 'Instruments' })
    .locator('[role=row][id]')
    .evaluateAll((elements) =>
      elements.map((element) => ({
        id: element.id,
        place: Number(element.getAttribute('aria-rowindex'))
      }))
    )
  return rows
    .sort((left, right) => left.place - right.place)
    .map(({ id }) => id.slice(id.lastIndexOf(':') + 1))
}

/** Seconds shown by the clock in the status bar, to see time pass without sleeping. */
export async function clockSeconds(page: Page): Promise<number> {
  const text = await page.locator('.run-clock time').textContent()
  const [hours = 0, minutes = 0, seconds = 0] = (text ?? '').split(':').map(Number)
  return hours * 3_600 + minutes * 60 + seconds
}
