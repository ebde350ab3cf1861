import type { Page } from '@playwright/test'
import { findViolations } from './support/axe.ts'
import { expectDrawn } from './support/chart-reading.ts'
import { expect, test } from './support/desk-test.ts'
import { ScriptedOutage } from './support/scripted-outage.ts'
import { openScriptedPage } from './support/scripted-page.ts'
import { connectionRows, rowOf } from './support/watch-rows.ts'

const folder = 'test-results/screens'
const looks = [
  { suffix: '', colorScheme: 'dark', width: 1280, height: 800 },
  { suffix: '-light', colorScheme: 'light', width: 1280, height: 800 },
  { suffix: '-wide', colorScheme: 'dark', width: 2560, height: 1440 }
] as const

test.use({ colorScheme: 'dark', contextOptions: { reducedMotion: 'reduce' } })

async function openOutage(page: Page): Promise<ScriptedOutage> {
  const market = new ScriptedOutage(Date.now())
  await openScriptedPage(page, market.publisher)
  await expectDrawn(page, 'BTC-USD', '1m')
  return market
}

/** Takes the screen in every look, and lets axe judge the first two. */
async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0)
  for (const { suffix, colorScheme, width, height } of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: `${folder}/outage-${name}${suffix}.png` })
    if (width === 1280) expect(await findViolations(page)).toEqual([])
  }
}

test('tells of an incident what it cost, how long it took and how it began', async ({ page }) => {
  const market = await openOutage(page)
  await page.keyboard.press('Control+2')
  const incidents = page.getByRole('region', { name: 'Incidents', exact: true })
  await expect(incidents).toContainText('No incidents. What was connected stayed connected.')
  market.resetOne()
  const cells = incidents.locator('tbody tr').first().locator('td')
  await expect(cells).toHaveText(['coinbase', '1', '1', '0', '41', '371 ms', 'connection reset'])
  await incidents.getByRole('button', { expanded: false }).click()
  await expect(incidents).toContainText('Trades: 41 missed, 41 refilled, 0 lost.')
  await expect(incidents.getByRole('button', { name: 'coinbase-01' })).toBeEnabled()
  await picture(page, 'incident')
})

test('says when a closed market opens, and finds nothing wrong with it', async ({ page }) => {
  const market = await openOutage(page)
  market.closeMarket()
  const status = page.locator('.status-bar')
  await expect(status).toContainText(/NYSE closed, opens \w{3} \d\d:\d\d \(\d.* [hm]\)/)
  const share = page.locator('[id="watch-eodhd:QLD"]')
  await expect(share).toHaveAttribute('data-freshness', 'closed')
  await page.keyboard.press('Control+2')
  const row = connectionRows(page).filter({ hasText: 'eodhd-01' })
  await expect(row).toContainText(/market closed, connects in \d.* [hms]/)
  await expect(row).toHaveAttribute('data-unhealthy', 'false')
  await expect(page.locator('.banner')).toHaveCount(0)
  await row.click()
  await expect(page.getByRole('button', { name: 'Retry now' })).toBeDisabled()
  await picture(page, 'closed')
})

test('says that a venue is down, and when it is asked next', async ({ page }) => {
  const market = await openOutage(page)
  market.loseVenue()
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'stale')
  await expect(page.locator('.banner[data-kind=notice]')).toContainText(
    /coinbase: 3 of 3 connections down for [45]\d s\. Next probe (in \d s|now)\./
  )
  await page.keyboard.press('Control+2')
  for (const id of ['coinbase-01', 'coinbase-02', 'coinbase-03']) {
    const row = connectionRows(page).filter({ hasText: id })
    await expect(row).toContainText(/venue down, next probe (in \d s|now)/)
  }
  await expect(connectionRows(page).filter({ hasText: 'eodhd-01' })).toContainText('live')
  await expect(page.getByText('coinbase, or the way to it: other venues are live.')).toBeVisible()
  await picture(page, 'venue')
})

test('shows prices of a link that is open but silent as stale', async ({ page }) => {
  const market = await openOutage(page)
  market.silence()
  const row = rowOf(page, 'BTC-USD')
  await expect(row).toHaveAttribute('data-freshness', 'stale')
  await expect(row.locator('[data-cell=state]')).toHaveText(/^stale \d+ s(;|$)/)
  await expect(page.locator('.freshness-label').first()).toHaveText(/^stale \d+ s$/)
  await expect(page).toHaveTitle(/stale BTC-USD/)
  await expect(page.locator('[id="watch-eodhd:QLD"]')).toHaveAttribute('data-freshness', 'live')
  await picture(page, 'silent')
  await page.keyboard.press('Control+2')
  await expect(connectionRows(page).first()).toContainText('stalled: open but silent')
})

test('says why the engine ended, when it starts again, and what the outage cost', async ({
  page
}) => {
  const market = await openOutage(page)
  market.loseEngine()
  const notice = page.locator('.banner[data-kind=notice]')
  await expect(notice).toContainText(
    'Nothing shown here is live: engine not running. The engine ended (out of memory); starting again in 2 s.'
  )
  await expect(page.locator('.banner')).toHaveCount(1)
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'stale')
  await picture(page, 'engine')
  market.recover()
  await expect(notice).toHaveCount(0)
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'live')
  await page.keyboard.press('Control+2')
  const incidents = page.getByRole('region', { name: 'Incidents', exact: true })
  const cells = incidents.locator('tbody tr').first().locator('td')
  await expect(cells).toHaveText(['engine', '2', '7', '0', '212', '4.3 s', 'engine ended'])
})
