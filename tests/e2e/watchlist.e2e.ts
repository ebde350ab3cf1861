import type { Page } from '@playwright/test'
import { expectDrawn } from './support/chart-reading.ts'
import { expect, openLiveDesk, test } from './support/desk-test.ts'
import { clockSeconds, rowOf, symbolsInSight } from './support/watch-rows.ts'

test.beforeEach(async ({ page, demo }) => openLiveDesk(page, demo))

function grid(page: Page) {
  return page.getByRole('grid', { name: 'Instruments' })
}

function heading(page: Page, title: string) {
  return page.getByRole('columnheader', { name: title })
}

test('narrows to what the filter names, and says so when nothing matches', async ({ page }) => {
  const filter = page.getByRole('searchbox', { name: 'Filter the watchlist' })
  await filter.fill('eth')
  await expect(rowOf(page, 'ETH-USD')).toBeVisible()
  await expect(rowOf(page, 'BTC-USD')).toHaveCount(0)
  for (const symbol of await symbolsInSight(page)) expect(symbol).toContain('ETH')
  await expect(page.getByText(/^\d+ of 326 symbols$/)).toBeVisible()
  await filter.fill('no such coin')
  await expect(page.getByText('Nothing matches “no such coin”.')).toBeVisible()
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect(page.getByText('326 symbols', { exact: true })).toBeVisible()
})

test('sorts by a heading, and the other way round by the same heading', async ({ page }) => {
  const symbol = heading(page, 'Symbol')
  await symbol.getByRole('button').click()
  await expect(symbol).toHaveAttribute('aria-sort', 'ascending')
  await expect.poll(async () => (await symbolsInSight(page))[0]).toBe('00-USD')
  const ascending = await symbolsInSight(page)
  expect(ascending).toEqual([...ascending].sort())
  await symbol.getByRole('button').click()
  await expect(symbol).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(async () => (await symbolsInSight(page))[0]).toMatch(/^Z/)
  const descending = await symbolsInSight(page)
  expect(descending).toEqual([...descending].sort().reverse())
})

test('re-sorts as figures change, but never under the pointer', async ({ page }) => {
  const age = heading(page, 'Age')
  await age.getByRole('button').click({ clickCount: 2 })
  await expect(age).toHaveAttribute('aria-sort', 'ascending')
  await page.mouse.move(900, 400)
  const first = await symbolsInSight(page)
  await expect.poll(() => symbolsInSight(page)).not.toEqual(first)

  await page.mouse.move(200, 300)
  await expect(page.getByText('sort paused')).toBeVisible()
  const held = await symbolsInSight(page)
  const heldSince = await clockSeconds(page)
  await expect
    .poll(() => clockSeconds(page), { timeout: 15_000 })
    .toBeGreaterThanOrEqual(heldSince + 5)
  // A banner that comes or goes leaves room for a row less or more; the order is what is held.
  const after = await symbolsInSight(page)
  const inBoth = Math.min(after.length, held.length)
  expect(inBoth).toBeGreaterThan(10)
  expect(after.slice(0, inBoth)).toEqual(held.slice(0, inBoth))

  await page.mouse.move(900, 400)
  await expect(page.getByText('sort paused')).toHaveCount(0)
  await expect.poll(() => symbolsInSight(page)).not.toEqual(held)
})

test('goes on sorting when nobody told it that the pointer left', async ({ page }) => {
  await heading(page, 'Age').getByRole('button').click()
  await page.mouse.move(900, 400)
  await expect(page.getByText('sort paused')).toHaveCount(0)
  // Watched frame by frame inside the page: the hold may last a few milliseconds only.
  const wasHeld = grid(page).evaluate(async (list) => {
    list.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))
    for (let frame = 0; frame < 60; frame += 1) {
      if (document.querySelector('.watchlist .chip') !== null) return true
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    return false
  })
  expect(await wasHeld).toBe(true)
  await expect(page.getByText('sort paused')).toHaveCount(0)
})

test('is walked with the keyboard: arrows move, Enter and Space open', async ({ page }) => {
  await heading(page, 'Symbol').getByRole('button').click()
  await grid(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  const [, second = '', third = ''] = await symbolsInSight(page)
  await expect(rowOf(page, second)).toHaveAttribute('data-active', 'true')
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', `watch-coinbase:${second}`)
  await expect(rowOf(page, second)).toHaveAttribute('aria-selected', 'false')

  await page.keyboard.press('Enter')
  await expect(rowOf(page, second)).toHaveAttribute('aria-selected', 'true')
  await expectDrawn(page, second, '1m')
  await page.keyboard.press('Space')
  await expectDrawn(page, third, '1m')
  await page.keyboard.press('Shift+Space')
  await expectDrawn(page, second, '1m')

  await page.keyboard.press('End')
  await expect(page.locator('.watch-row[data-active=true]')).toHaveAttribute('aria-rowindex', '327')
  await page.keyboard.press('ArrowUp')
  await expect(page.locator('.watch-row[data-active=true]')).toHaveAttribute('aria-rowindex', '326')
})

test('keeps symbol, interval, sort and screen over a reload', async ({ page }) => {
  await rowOf(page, 'ETH-USD').click()
  await page.getByRole('button', { name: '15s', exact: true }).click()
  await heading(page, 'Symbol').getByRole('button').click()
  await expectDrawn(page, 'ETH-USD', '15s')
  await page.reload()
  await expectDrawn(page, 'ETH-USD', '15s')
  await expect(heading(page, 'Symbol')).toHaveAttribute('aria-sort', 'ascending')

  await page.keyboard.press('Control+2')
  await expect(page.getByRole('row', { name: /coinbase-01/ })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('row', { name: /coinbase-01/ })).toBeVisible()
})
