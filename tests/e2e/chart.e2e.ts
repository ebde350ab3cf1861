import type { Page } from '@playwright/test'
import {
  chartOf,
  expectDrawn,
  findShown,
  plotBox,
  readBars,
  readLegend
} from './support/chart-reading.ts'
import { expect, openLiveDesk, test } from './support/desk-test.ts'
import { fetchCandles, postFault } from './support/host-api.ts'

test.beforeEach(async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  await expectDrawn(page, 'BTC-USD', '1m')
})

async function typeOnChart(page: Page, keys: string): Promise<void> {
  await page.locator('.chart').focus()
  await page.keyboard.type(keys)
  await page.keyboard.press('Enter')
}

/** Red of the chart's ground and of the page's surface, which no candle shares. */
function groundColours(page: Page): Promise<{ drawn: number | undefined; page: number }> {
  return page.locator('.plot').evaluate((plot) => {
    const surface = getComputedStyle(plot).getPropertyValue('--surface').trim()
    const probe = document.createElement('canvas').getContext('2d')
    if (probe === null) throw new Error('no canvas')
    probe.fillStyle = surface
    probe.fillRect(0, 0, 1, 1)
    const redAt = (context: CanvasRenderingContext2D | null | undefined, x: number, y: number) =>
      context?.getImageData(x, y, 1, 1).data[0]
    const drawn = [...plot.querySelectorAll('canvas')]
      .map((canvas) => redAt(canvas.getContext('2d'), canvas.width - 2, 2))
      .find((red) => red !== 0 && red !== undefined)
    return { drawn, page: redAt(probe, 0, 0) ?? -1 }
  })
}

test('switches the interval by its button', async ({ page, demo }) => {
  for (const interval of ['5m', '1d', '100t', '1s']) {
    const button = page.getByRole('button', { name: interval, exact: true })
    await button.click()
    await expect(button).toHaveAttribute('aria-pressed', 'true')
    await expectDrawn(page, 'BTC-USD', interval)
    await expect(async () => {
      const [newest] = await fetchCandles(demo, { instrument: 'BTC-USD', interval, limit: 1 })
      expect((await readLegend(page)).open).toBe(newest?.open)
    }).toPass({ timeout: 10_000 })
  }
})

test('switches the interval by typing on the chart', async ({ page }) => {
  for (const [keys, interval] of [
    ['5', '5m'],
    ['1s', '1s'],
    ['100t', '100t'],
    ['60', '1h']
  ] as const) {
    await typeOnChart(page, keys)
    await expectDrawn(page, 'BTC-USD', interval)
    await expect(page.locator('.chart')).toBeFocused()
  }
})

test('says what is wrong with a typed interval and keeps the old one', async ({ page }) => {
  await typeOnChart(page, '7')
  await expect(page.getByRole('alert')).toContainText('7: not one of 1s')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox', { name: 'Interval' })).toHaveCount(0)
  await expectDrawn(page, 'BTC-USD', '1m')
})

test('loads older candles as it is scrolled back, and returns to live', async ({ page, demo }) => {
  const chart = chartOf(page, 'BTC-USD', '1m')
  const toLive = page.getByRole('button', { name: '◀ Live' })
  await expect(toLive).toHaveCount(0)
  await chart.focus()
  await page.keyboard.press('Home')
  await expect(toLive).toBeVisible()

  const candles = await fetchCandles(demo, { instrument: 'BTC-USD', interval: '1m', limit: 5_000 })
  const firstPage = new Set(candles.slice(-1_100).map(({ openMs }) => openMs))
  const { left, middle } = await plotBox(page)
  await expect(async () => {
    await page.keyboard.press('Home')
    await page.mouse.move(left + 20, middle)
    await page.mouse.move(left + 24, middle)
    const shown = findShown(candles, await readLegend(page), 2)
    expect(shown).toBeDefined()
    expect(firstPage).not.toContain(shown?.openMs)
  }).toPass({ timeout: 15_000 })

  await page.mouse.move(0, 0)
  await toLive.click()
  await expect(toLive).toHaveCount(0)
  await expect(async () => {
    const query = { instrument: 'BTC-USD', interval: '1m', limit: 1 }
    const [newest] = await fetchCandles(demo, query)
    expect((await readLegend(page)).open).toBe(newest?.open)
  }).toPass({ timeout: 10_000 })
})

test('keeps up with slots that begin before their first trade', async ({ page, demo }) => {
  await page.getByRole('button', { name: '1s', exact: true }).click()
  await expectDrawn(page, 'BTC-USD', '1s')
  const query = { instrument: 'BTC-USD', interval: '1s', limit: 1 }
  const startMs = (await fetchCandles(demo, query))[0]?.openMs ?? 0
  await expect(async () => {
    const [newest] = await fetchCandles(demo, query)
    expect((newest?.openMs ?? 0) - startMs).toBeGreaterThan(20_000)
  }).toPass({ timeout: 40_000 })
  await expect(page.getByRole('button', { name: '◀ Live' })).toHaveCount(0)
})

test('shows a late refill whole, in bars that were drawn without it', async ({ page, demo }) => {
  const instrument = 'coinbase:BTC-USD'
  await page.getByRole('button', { name: '5s', exact: true }).click()
  await expectDrawn(page, 'BTC-USD', '5s')
  await postFault(demo, { kind: 'rest-fail', venue: 'coinbase', ms: 15_000 })
  await postFault(demo, { kind: 'drop', instrument, n: 100 })
  const statusBar = page.locator('.status-bar')
  await expect(statusBar).toContainText(/[1-9]\d* gaps? open/, { timeout: 20_000 })
  await expect(statusBar).toContainText('0 gaps open', { timeout: 40_000 })

  await expect(async () => {
    const candles = await fetchCandles(demo, { instrument, interval: '5s', limit: 24 })
    const refilled = candles.filter(({ state }) => state === 'refilled')
    expect(refilled.length).toBeGreaterThan(0)
    const shown = await readBars(page, [...Array(28).keys()])
    for (const { open, trades } of refilled) {
      expect(shown).toContainEqual(expect.objectContaining({ open, trades }))
    }
  }).toPass({ timeout: 20_000 })
})

test('draws in the colours of the platform as they change', async ({ page }) => {
  for (const colorScheme of ['light', 'dark', 'light', 'dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect(async () => {
      const { drawn, page: wanted } = await groundColours(page)
      expect(drawn).toBe(wanted)
    }).toPass({ timeout: 5_000 })
  }
})

test('finds a symbol typed into the search and shows its chart', async ({ page }) => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('sol')
  await expect(page.getByRole('option', { name: /^SOL-USD/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expectDrawn(page, 'SOL-USD', '1m')
  await expect(page).toHaveTitle(/^SOL-USD /)
})
