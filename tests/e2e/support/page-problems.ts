import type { BrowserContext } from '@playwright/test'

/** Collects what pages complain of: uncaught errors, and console errors, which CSP violations are too. */
export function collectProblems(context: BrowserContext): readonly string[] {
  const problems: string[] = []
  context.on('weberror', (failure) => problems.push(`uncaught: ${failure.error().message}`))
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  return problems
}
