import { defineConfig } from 'vitest/config'

/** Tests against the real venues: only by hand, with RUN_LIVE=1, never as part of `npm test`. */
export default defineConfig({
  test: {
    include: process.env['RUN_LIVE'] === '1' ? ['tests/live/**/*.test.ts'] : [],
    testTimeout: 60_000,
    expect: { requireAssertions: true }
  }
})
