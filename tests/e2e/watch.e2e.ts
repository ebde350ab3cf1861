import {
  chartOf,
  countCandlePixels,
  expectDrawn,
  findShown,
  readBars,
  readLegend
} from './support/chart-reading.ts'
import { expect, openLiveDesk, test } from './support/desk-test.ts'
import { openGatedDesk } from './support/gated-desk.ts'
import { countLiveConnections, fetchCandles } from './support/host-api.ts'
import { priceOf, rowOf } from './support/watch-rows.ts'

test('shows a moving market of 326 symbols with a drawn chart within ten seconds of loading', async ({
  page,
  demo
}) => {
  const loadedMs = Date.now()
  await page.goto(demo.url)
  await expect(page.getByRole('button', { name: '22/22 live' })).toBeVisible({ timeout: 10_000 })
  await expect(page.getByText('326 symbols', { exact: true })).toBeVisible()
  await expect(page.getByRole('grid', { name: 'Instruments' })).toHaveAttribute(
    'aria-rowcount',
    '327'
  )
  await expectDrawn(page, 'BTC-USD', '1m')
  const first = await priceOf(page, 'BTC-USD').textContent()
  await expect(priceOf(page, 'BTC-USD')).not.toHaveText(first ?? '')
  await expect
    .poll(async () => {
      const { up, down } = await countCandlePixels(page)
      return Math.min(up, down)
    })
    .toBeGreaterThan(500)
  expect(Date.now() - loadedMs).toBeLessThan(10_000)

  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'live')
  await expect(page).toHaveTitle(/^BTC-USD [\d,]+\.\d\d — Tapedeck SIMULATED$/)
})

test('says SIMULATED on both screens', async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  const badge = page.getByText('SIMULATED', { exact: true })
  await expect(badge).toBeVisible()
  await page.getByRole('button', { name: 'Connections', exact: true }).click()
  await expect(page.getByRole('row', { name: /coinbase-01/ })).toBeVisible()
  await expect(badge).toBeVisible()
})

test('draws history and live candles as the API tells them, without a seam', async ({
  page,
  demo
}) => {
  await openLiveDesk(page, demo)
  await expectDrawn(page, 'BTC-USD', '1m')
  const query = { instrument: 'BTC-USD', interval: '1m', limit: 20 }
  await expect(async () => {
    const bars = await readBars(page, [6, 5, 4, 3, 2, 1])
    const candles = await fetchCandles(demo, query)
    const openTimes = bars.map((bar) => findShown(candles, bar, 2)?.openMs)
    const [firstMs = 0] = openTimes
    expect(openTimes).toEqual([0, 1, 2, 3, 4, 5].map((minute) => firstMs + minute * 60_000))
    expect(candles.at(-1)?.openMs).toBe(firstMs + 6 * 60_000)
  }).toPass({ timeout: 20_000 })
})

test('draws the candle that ran when collecting began from its beginning, and keeps it so', async ({
  page,
  demo,
  startHost
}) => {
  const { host, gate } = await openGatedDesk(demo, startHost)
  await expect.poll(() => countLiveConnections(host), { timeout: 15_000 }).toBe(2)
  await page.goto(host.url)
  await expectDrawn(page, 'BTC-USD', '1m')
  await expect(async () => {
    const shown = await readLegend(page)
    // The demonstration has collected this minute from its first trade on.
    const minutes = await fetchCandles(demo, { instrument: 'BTC-USD', interval: '1m', limit: 3 })
    expect(shown.trades).toBeGreaterThan(20)
    expect(minutes.map(({ open }) => open)).toContain(shown.open)
  }).toPass({ timeout: 15_000 })
  await page.close()
  await host.stop()
  await gate.close()
})

test('moves the newest candle along with the API', async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  await page.getByRole('button', { name: '1h', exact: true }).click()
  await expectDrawn(page, 'BTC-USD', '1h')
  const query = { instrument: 'BTC-USD', interval: '1h', limit: 1 }
  await expect(async () => {
    const [before] = await fetchCandles(demo, query)
    await expect
      .poll(async () => (await readLegend(page)).trades)
      .toBeGreaterThanOrEqual(before?.trades ?? Infinity)
    const shown = await readLegend(page)
    const [after] = await fetchCandles(demo, query)
    expect(after?.openMs).toBe(before?.openMs)
    expect(shown.trades).toBeLessThanOrEqual(after?.trades ?? 0)
    expect(shown.open).toBe(after?.open)
    expect(shown.high).toBeLessThanOrEqual(after?.high ?? 0)
    expect(shown.high).toBeGreaterThanOrEqual(before?.high ?? Infinity)
  }).toPass({ timeout: 20_000 })
  await expect(chartOf(page, 'BTC-USD', '1h')).toHaveAttribute('data-freshness', 'live')
})
