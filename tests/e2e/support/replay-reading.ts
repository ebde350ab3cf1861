import { expect, type Page } from '@playwright/test'

/** Opens the replay screen by its key and waits until a tape is in it. */
export async function openReplay(page: Page): Promise<void> {
  await page.keyboard.press('Control+3')
  await expect(deckState(page)).toHaveText('paused')
}

/** What the deck is at, in words. */
export function deckState(page: Page) {
  return page.locator('.replay-state')
}

/** Where the tape stands, epoch ms; the page must be in UTC. */
export async function cursorMs(page: Page): Promise<number> {
  const [date = '', time = ''] = await page
    .locator('.replay-moment time')
    .evaluateAll((times) => times.map((each) => each.textContent))
  return Date.parse(`${date}T${time}Z`)
}

/** Presses a key and waits until the tape stands elsewhere. */
export async function press(page: Page, key: string): Promise<number> {
  const before = await cursorMs(page)
  await page.keyboard.press(key)
  await expect.poll(() => cursorMs(page)).not.toBe(before)
  await expect(deckState(page)).not.toHaveText('seeking …')
  return cursorMs(page)
}

/** Moves the focus to a region that can hold it itself, by F6. */
export async function goToRegion(page: Page, region: string): Promise<void> {
  const isThere = () =>
    page.evaluate(
      (wanted) => document.activeElement?.matches(`[data-region=${wanted}]`) === true,
      region
    )
  for (let turns = 0; turns < 12 && !(await isThere()); turns += 1) await page.keyboard.press('F6')
  expect(await isThere(), `the focus in ${region}`).toBe(true)
}
