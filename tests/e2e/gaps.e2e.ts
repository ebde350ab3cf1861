import type { Locator, Page } from '@playwright/test'
import { barPlace, expectDrawn } from './support/chart-reading.ts'
import { expect, test } from './support/desk-test.ts'
import { openGatedDesk, type GatedDesk } from './support/gated-desk.ts'
import { postFault } from './support/host-api.ts'
import { rowOf } from './support/watch-rows.ts'

const instrument = 'coinbase:BTC-USD'
const settledWithinMs = 40_000
/** Candles take a gap's place once its minute and the venue's grace are over. */
const minuteOverMs = 90_000

let desk: GatedDesk

test.beforeEach(async ({ page, demo, startHost }) => {
  desk = await openGatedDesk(demo, startHost)
  await page.goto(desk.host.url)
  await expect(page.getByRole('button', { name: '2/2 live' })).toBeVisible({ timeout: 15_000 })
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'live')
  await expectDrawn(page, 'BTC-USD', '1m')
})

test.afterEach(async ({ page, demo }) => {
  await postFault(demo, { kind: 'clear' })
  await page.close()
  expect(await desk.host.stop()).toEqual({ code: 0, signal: null })
  await desk.gate.close()
})

/** The list of gaps, brought forward. */
async function openGaps(page: Page): Promise<Locator> {
  await page.keyboard.press('Control+2')
  const gaps = page.getByRole('region', { name: 'Gaps', exact: true })
  await expect(gaps).toBeVisible()
  return gaps
}

/** Points at the newest bars of the chart until the tooltip tells of a gap. */
async function expectShaded(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+1')
  await expectDrawn(page, 'BTC-USD', '1m')
  await expect(async () => {
    for (const back of [0, 1, 2, 3]) {
      const { x, y } = await barPlace(page, back)
      await page.mouse.move(x - 1, y)
      await page.mouse.move(x, y)
      const text = (await page.locator('.gap-tooltip').textContent()) ?? ''
      if (text.includes(words)) return
    }
    throw new Error(`no bar tells: ${words}`)
  }).toPass({ timeout: 15_000 })
}

test('says that there are no gaps, and since when every trade is accounted for', async ({
  page
}) => {
  const gaps = await openGaps(page)
  await expect(gaps).toContainText(/^Gaps\s*No gaps\. Every trade since .+ is accounted for\.$/, {
    timeout: settledWithinMs
  })
  await expect(page.locator('.status-bar')).toContainText('0 gaps open')
})

test('shows an outage as a gap and the refill of every trade of it', async ({ page }) => {
  desk.gate.shut()
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'stale')
  desk.gate.admit()
  await expect(page.getByRole('button', { name: '2/2 live' })).toBeVisible({ timeout: 30_000 })

  const gaps = await openGaps(page)
  const line = gaps.getByRole('row').filter({ hasText: 'BTC-USD' })
  await expect(line.first()).toContainText('disconnected', { timeout: settledWithinMs })
  await expect(line.filter({ hasText: 'refilled' }).first()).toContainText('the venue’s trades', {
    timeout: settledWithinMs
  })
  await expect(page.locator('.status-bar')).toContainText('0 gaps open', {
    timeout: settledWithinMs
  })
  await expectShaded(page, 'complete, refilled')
  await page.screenshot({ path: 'test-results/screens/gap-refilled.png' })
})

test('shows trades that the venue left out and gives no more as lost', async ({ page, demo }) => {
  test.setTimeout(180_000)
  await postFault(demo, { kind: 'rest-cut', instrument, olderThanMs: 0, ms: 120_000 })
  await postFault(demo, { kind: 'drop', instrument, n: 5 })

  const gaps = await openGaps(page)
  const line = gaps.getByRole('row').filter({ hasText: 'BTC-USD' }).first()
  await expect(line).toContainText('trade numbers left out', { timeout: settledWithinMs })
  await expect(line).toContainText(/lost|refilled from candles/, { timeout: minuteOverMs })
  await expect(page.locator('.status-bar')).toContainText(/not refilled/)
  await page.keyboard.press('Control+1')
  await expect(rowOf(page, 'BTC-USD').locator('.gap-mark')).toBeVisible()
  await expectShaded(page, 'left out trade numbers')
  await page.screenshot({ path: 'test-results/screens/gap-not-refilled.png' })
})
