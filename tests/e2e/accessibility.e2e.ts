import type { Page } from '@playwright/test'
import { findViolations } from './support/axe.ts'
import { expectDrawn } from './support/chart-reading.ts'
import { expect, openLiveDesk, test } from './support/desk-test.ts'
import { openReplay } from './support/replay-reading.ts'
import { rowOf } from './support/watch-rows.ts'

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test('axe finds nothing wrong with Watch', async ({ page, demo }) => {
      await openLiveDesk(page, demo)
      await expectDrawn(page, 'BTC-USD', '1m')
      expect(await findViolations(page)).toEqual([])
    })

    test('axe finds nothing wrong with Connections', async ({ page, demo }) => {
      await openLiveDesk(page, demo)
      await page.keyboard.press('Control+2')
      await expect(page.getByRole('row', { name: /coinbase-22/ })).toBeVisible()
      expect(await findViolations(page)).toEqual([])
    })

    test('axe finds nothing wrong with Replay', async ({ page, demo }) => {
      await openLiveDesk(page, demo)
      await openReplay(page)
      await page.getByRole('button', { name: /^Bookmarks/ }).click()
      expect(await findViolations(page)).toEqual([])
    })
  })
}

test('axe sees an image without a name', async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('img')))
  expect(await findViolations(page)).toEqual([expect.stringMatching(/^critical image-alt/)])
})

test('F6 goes round the regions of Watch and shows where the focus is', async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  await expectDrawn(page, 'BTC-USD', '1m')
  const regions = ['header', 'watchlist', 'chart', 'status']
  for (const region of [...regions, 'header']) {
    await page.keyboard.press('F6')
    expect(await focusedRegion(page)).toEqual({ region, isMarked: true })
  }
  await page.keyboard.press('Shift+F6')
  expect(await focusedRegion(page)).toEqual({ region: 'status', isMarked: true })
})

test('F6 brings the chosen row into sight, however far the list was scrolled', async ({
  page,
  demo
}) => {
  await openLiveDesk(page, demo)
  await page.mouse.move(200, 400)
  await page.mouse.wheel(0, 3_000)
  await expect(rowOf(page, 'BTC-USD')).toHaveCount(0)
  await page.keyboard.press('F6')
  await page.keyboard.press('F6')
  await expect(rowOf(page, 'BTC-USD')).toBeInViewport()
  expect(await focusedRegion(page)).toEqual({ region: 'watchlist', isMarked: true })
})

test('F6 goes round the regions of Connections and shows where the focus is', async ({
  page,
  demo
}) => {
  await openLiveDesk(page, demo)
  await page.keyboard.press('Control+2')
  await expect(page.getByRole('row', { name: /coinbase-22/ })).toBeVisible()
  const regions = ['header', 'connections', 'detail', 'incidents', 'gaps', 'start-up', 'status']
  for (const region of [...regions, 'header']) {
    await page.keyboard.press('F6')
    expect(await focusedRegion(page)).toEqual({ region, isMarked: true })
  }
})

test('F6 goes round the regions of Replay and shows where the focus is', async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  await openReplay(page)
  expect(await focusedRegion(page)).toMatchObject({ region: 'replay' })
  for (const region of ['timeline', 'status', 'header', 'chart', 'replay']) {
    await page.keyboard.press('F6')
    expect(await focusedRegion(page)).toEqual({ region, isMarked: true })
  }
})

/** Which region holds the focus, and whether the focused element is marked for the eye. */
function focusedRegion(page: Page) {
  return page.evaluate(() => {
    const focused = document.activeElement
    if (focused === null) return null
    const isDrawn = (style: string, width: string) =>
      style !== 'none' && Number.parseFloat(width) >= 1
    const active = document.getElementById(focused.getAttribute('aria-activedescendant') ?? '')
    const marks = [focused, active]
      .filter((element) => element !== null)
      .map((element) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element)
        const { borderTopStyle, borderTopWidth } = getComputedStyle(element, '::after')
        return isDrawn(outlineStyle, outlineWidth) || isDrawn(borderTopStyle, borderTopWidth)
      })
    return {
      region: focused.closest<HTMLElement>('[data-region]')?.dataset['region'] ?? null,
      isMarked: focused.matches(':focus-visible') && marks.includes(true)
    }
  })
}
