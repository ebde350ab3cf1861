import { expect, openLiveDesk, test } from './support/desk-test.ts'

test.use({ toleratedProblems: /^uncaught: made to fail$|inline script/ })

test('a script from elsewhere does not run, and that and any uncaught error would fail a test', async ({
  page,
  demo,
  problems
}) => {
  await openLiveDesk(page, demo)
  expect(problems).toEqual([])
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.hasRunInline = true'
    document.body.append(script)
    setTimeout(() => {
      throw new Error('made to fail')
    })
  })
  await expect
    .poll(() => problems)
    .toEqual([expect.stringContaining('inline script'), 'uncaught: made to fail'])
  expect(await page.evaluate(() => 'hasRunInline' in window)).toBe(false)
})
