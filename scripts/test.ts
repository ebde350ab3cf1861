/**
 * `npm test`: verify, unit and integration tests, end-to-end tests. Each part runs even if an earlier
 * one failed; the closing line counts tests, with each failed check of `verify` as one.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'

type Tally = { passed: number; failed: number }

function run(script: string, args: readonly string[] = []): boolean {
  const more = args.length === 0 ? [] : ['--', ...args]
  return spawnSync('npm', ['run', '-s', script, ...more], { stdio: 'inherit' }).status === 0
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

function numberAt(value: unknown, key: string): number {
  const field = (value as Readonly<Record<string, unknown>> | null)?.[key]
  return typeof field === 'number' ? field : 0
}

function verify(): Tally {
  const checks = ['typecheck', 'lint', 'format', 'imports', 'unused'] as const
  const passed = checks.filter((check) => run(check)).length
  return { passed, failed: checks.length - passed }
}

function unit(): Tally {
  const file = 'test-results/unit.json'
  const succeeded = run('unit', [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`
  ])
  const report = readJson(file)
  const tally = {
    passed: numberAt(report, 'numPassedTests'),
    failed: numberAt(report, 'numFailedTests')
  }
  return atLeastOneFailureUnless(succeeded, tally)
}

function e2e(): Tally {
  const succeeded = run('e2e')
  const stats = (readJson('test-results/e2e.json') as { stats?: unknown } | null)?.stats
  const tally = {
    passed: numberAt(stats, 'expected'),
    failed: numberAt(stats, 'unexpected') + numberAt(stats, 'flaky')
  }
  return atLeastOneFailureUnless(succeeded, tally)
}

/** A runner that failed, or ran nothing at all, is never counted as fine. */
function atLeastOneFailureUnless(succeeded: boolean, tally: Tally): Tally {
  const isFine = succeeded && tally.failed === 0 && tally.passed > 0
  return isFine ? tally : { passed: tally.passed, failed: Math.max(1, tally.failed) }
}

rmSync('test-results', { recursive: true, force: true })
mkdirSync('test-results', { recursive: true })
const tallies = [verify(), unit(), e2e()]
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
