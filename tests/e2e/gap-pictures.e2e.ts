import type { Page } from '@playwright/test'
import { findViolations } from './support/axe.ts'
import { barPlace, expectDrawn } from './support/chart-reading.ts'
import { expect, test } from './support/desk-test.ts'
import { ScriptedMarket } from './support/scripted-market.ts'
import { openScriptedPage } from './support/scripted-page.ts'

const folder = 'test-results/screens'
const looks = [
  { width: 1280, height: 800, palette: 'blue-orange' },
  { width: 1280, height: 800, palette: 'classic' },
  { width: 1280, height: 800, palette: 'mono' },
  { width: 2560, height: 1440, palette: 'blue-orange' }
] as const

for (const colorScheme of ['dark', 'light'] as const) {
  for (const { width, height, palette } of looks) {
    test.describe(`every state of the ledger, ${colorScheme}, ${width} wide, ${palette}`, () => {
      test.use({
        colorScheme,
        viewport: { width, height },
        contextOptions: { reducedMotion: 'reduce' }
      })

      test('is shown, and axe finds nothing wrong with it', async ({ page }) => {
        const name = `${folder}/gaps-${colorScheme}-${width}-${palette}`
        await choosePalette(page, palette)
        await openScriptedPage(page, new ScriptedMarket(Date.now()).publisher)
        await expectDrawn(page, 'BTC-USD', '1m')
        const { x, y } = await barPlace(page, 50)
        await page.mouse.move(x, y)
        await expect(page.getByRole('tooltip')).toContainText('trades lost')
        await page.screenshot({ path: `${name}-watch.png` })
        expect(await findViolations(page)).toEqual([])

        await page.mouse.move(0, 0)
        await page.keyboard.press('Control+2')
        const gaps = page.getByRole('region', { name: 'Gaps', exact: true })
        await expect(gaps.locator('tbody tr')).toHaveCount(6)
        await page.screenshot({ path: `${name}-connections.png` })
        expect(await findViolations(page)).toEqual([])
      })
    })
  }
}

async function choosePalette(page: Page, palette: string): Promise<void> {
  await page.addInitScript((chosen) => {
    localStorage.setItem('tapedeck.desk', JSON.stringify({ palette: chosen }))
  }, palette)
}
