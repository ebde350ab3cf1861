import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type { AxeResults } from 'axe-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with the page, one line a finding; empty when all rules pass. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(source)
  const { violations, passes } = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run()
  )
  if (passes.length < 20) throw new Error(`axe checked too little: ${passes.length} rules passed`)
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) =>
        `${impact ?? 'unknown'} ${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`
    )
  )
}
