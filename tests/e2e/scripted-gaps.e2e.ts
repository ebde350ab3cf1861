import type { Page } from '@playwright/test'
import { barPlace, chartOf, expectDrawn, readLegend } from './support/chart-reading.ts'
import { expect, test } from './support/desk-test.ts'
import { ScriptedMarket } from './support/scripted-market.ts'
import { openScriptedPage } from './support/scripted-page.ts'
import { rowOf } from './support/watch-rows.ts'

async function openScripted(page: Page): Promise<ScriptedMarket> {
  const market = new ScriptedMarket(Date.now())
  await openScriptedPage(page, market.publisher)
  await expectDrawn(page, 'BTC-USD', '1m')
  return market
}

async function pointAtBar(page: Page, back: number): Promise<void> {
  const { x, y } = await barPlace(page, back)
  await page.mouse.move(x - 1, y)
  await page.mouse.move(x, y)
}

test('says of each stretch what became of it, why, and what was missed', async ({ page }) => {
  await openScripted(page)
  const tooltip = page.getByRole('tooltip')
  const legend = page.locator('.legend [data-field=state]')

  await pointAtBar(page, 8)
  await expect(tooltip).toContainText('gap, not settled')
  await expect(tooltip).toContainText('No link carried the instrument.')
  await expect(tooltip).toContainText('164 trades')
  await expect(tooltip).toContainText('closed by peer, code 1006')
  await expect(legend).toHaveText('gap, not settled')

  await pointAtBar(page, 66)
  await expect(tooltip).toContainText('refilled from candles')
  await expect(tooltip).toContainText('the venue’s candles')
  await expect(legend).toHaveText('refilled from candles')

  await pointAtBar(page, 25)
  await expect(tooltip).toContainText('gap, unproven')
  await expect(tooltip).toContainText('not known')

  await pointAtBar(page, 34)
  await expect(tooltip).toBeHidden()
  await expect(legend).toHaveText('quiet, no trade')

  await pointAtBar(page, 58)
  await expect(tooltip).toBeHidden()
  await expect(legend).toHaveText('complete')
})

test('says of the newest candle that it is not final', async ({ page }) => {
  await openScripted(page)
  await expect(page.locator('.legend [data-field=state]')).toHaveText(/, not final$/)
})

test('draws a refill in its place: the gap turns, the bars beside it stay', async ({ page }) => {
  const market = await openScripted(page)
  const tooltip = page.getByRole('tooltip')
  await pointAtBar(page, 8)
  await expect(tooltip).toContainText('gap, not settled')
  await pointAtBar(page, 12)
  const beside = await readLegend(page)
  market.refill()
  await pointAtBar(page, 8)
  await expect(tooltip).toContainText('complete, refilled')
  await expect(page.locator('.legend [data-field=state]')).toHaveText('complete, refilled')
  expect((await readLegend(page)).close).not.toBeNull()
  await pointAtBar(page, 12)
  expect(await readLegend(page)).toEqual(beside)
})

test('leaves closed hours out of the axis', async ({ page }) => {
  await openScripted(page)
  await page.locator('[id="watch-eodhd:QLD"]').click()
  await expect(chartOf(page, 'QLD', '1m')).toBeVisible()
  await expectDrawn(page, 'QLD', '1m')
  // The session before ends 60 bars back, the night between takes no place.
  await pointAtBar(page, 59)
  const first = await readLegend(page)
  expect(first.close).not.toBeNull()
  await expect(async () => {
    await pointAtBar(page, 60)
    expect((await readLegend(page)).close).not.toBeNull()
  }).toPass({ timeout: 10_000 })
  await expect(page.locator('.legend [data-field=state]')).toHaveText(/^unproven/)
  await page.screenshot({ path: 'test-results/screens/gaps-closed-hours.png' })
})

test('marks instruments with gaps in the list and counts them in the status bar', async ({
  page
}) => {
  const market = await openScripted(page)
  const mark = rowOf(page, 'BTC-USD').locator('.gap-mark')
  await expect(mark).toBeVisible()
  await expect(mark).toHaveAttribute('title', /^1 gap open, 164 trades missing/)
  await expect(rowOf(page, 'ETH-USD').locator('.gap-mark')).toBeHidden()
  const status = page.locator('.status-bar')
  await expect(status).toContainText('1 gap open, 164 missing, 4 not refilled')
  market.refill()
  await expect(status).toContainText('0 gaps open, 4 not refilled')
})

test('sorts the gaps by a column and opens the chart of one', async ({ page }) => {
  await openScripted(page)
  await page.keyboard.press('Control+2')
  const gaps = page.getByRole('region', { name: 'Gaps', exact: true })
  const missed = gaps.locator('tbody tr td:nth-child(6)')
  await gaps.getByRole('button', { name: 'Missed' }).click()
  await expect(missed).toHaveText(['1,204', '310', '164', '41', '1', '–'])
  await gaps.getByRole('button', { name: 'Missed' }).click()
  await expect(missed).toHaveText(['1', '41', '164', '310', '1,204', '–'])
  await gaps.getByRole('button', { name: 'BTC-USD', exact: true }).first().click()
  await expect(chartOf(page, 'BTC-USD', '1m')).toBeVisible()
})

test('puts a problem of the engine away until it is another one', async ({ page }) => {
  const market = await openScripted(page)
  const banner = page.locator('.banner[data-kind=problems]')
  await expect(banner).toContainText('The disk is nearly full: 1.2 GB are left.')
  await banner.getByRole('button', { name: 'Dismiss until it changes' }).click()
  await expect(banner).toHaveCount(0)
  market.setProblems('The disk is nearly full: 1.1 GB are left.', 'The store is 9 s behind.')
  await expect(page.getByRole('contentinfo')).toContainText('2/2 live')
  await expect(banner).toHaveCount(0)
  market.setProblems('The store cannot be written: disk full.')
  await expect(banner).toContainText('The store cannot be written: disk full.')
})
