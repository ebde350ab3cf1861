import { expect, test as base, type Page } from '@playwright/test'
import { HostProcess } from './host-process.ts'
import { collectProblems } from './page-problems.ts'

type DeskOptions = {
  /** What pages of this test may complain of, because the test breaks something on purpose. */
  toleratedProblems: RegExp | null
}

type DeskFixtures = {
  /** What the pages of this test complained of so far; anything not tolerated fails the test. */
  problems: readonly string[]
  /** A host that the test configures and may break: started by the function, removed at the end. */
  startHost: (args: readonly string[], folder?: string) => Promise<HostProcess>
}

type WorkerFixtures = {
  /** The demonstration, shared by all tests that leave it running. */
  demo: HostProcess
}

/** Playwright's test with a running demonstration, failing on any complaint of a page. */
export const test = base.extend<DeskOptions & DeskFixtures, WorkerFixtures>({
  toleratedProblems: [null, { option: true }],

  problems: [
    async ({ context, toleratedProblems }, use) => {
      const problems = collectProblems(context)
      await use(problems)
      const unexpected = problems.filter((problem) => toleratedProblems?.test(problem) !== true)
      expect(unexpected, 'complaints of the page').toEqual([])
    },
    { auto: true }
  ],

  startHost: async ({}, use) => {
    const hosts: HostProcess[] = []
    await use(async (args, folder) => {
      const host = await HostProcess.start(args, folder)
      hosts.push(host)
      return host
    })
    for (const host of hosts) await host.dispose()
  },

  demo: [
    async ({}, use) => {
      const host = await HostProcess.start(['--demo'])
      try {
        await use(host)
        expect(await host.stop()).toEqual({ code: 0, signal: null })
        expect(host.stderr).toBe('')
      } finally {
        await host.dispose()
      }
    },
    { scope: 'worker', timeout: 60_000 }
  ]
})

export { expect }

/** Opens the page and waits until every connection of the demonstration is live. */
export async function openLiveDesk(page: Page, host: HostProcess): Promise<void> {
  await page.goto(host.url)
  await expect(page.getByRole('button', { name: '22/22 live' })).toBeVisible({ timeout: 30_000 })
}
