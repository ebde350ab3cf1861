import { join } from 'node:path'
import { expect, test } from './support/desk-test.ts'
import { rowOf } from './support/watch-rows.ts'

test('offers three ways to begin where nothing is set up, and begins with the simulator', async ({
  page,
  startHost
}) => {
  const host = await startHost([])
  await page.goto(host.url)
  await expect(page.getByRole('heading', { name: 'What should Tapedeck watch?' })).toBeVisible()
  await expect(page.getByRole('button', { name: /Start with live Coinbase data/ })).toBeFocused()

  await page.getByRole('button', { name: /I have a settings file/ }).click()
  await expect(page.getByText(join(host.folder, 'settings.toml'))).toBeVisible()

  await page.getByRole('button', { name: /Try the simulated market/ }).click()
  await expect(page.getByText('326 symbols', { exact: true })).toBeVisible({ timeout: 15_000 })
  await expect(page.getByText('SIMULATED', { exact: true })).toBeVisible()
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'live', {
    timeout: 15_000
  })
  await page.close()
  expect(await host.stop()).toEqual({ code: 0, signal: null })
})
