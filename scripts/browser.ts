import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * Finds a Chromium to test with and installs one where there is none: Debian's package as root,
 * Playwright's download elsewhere.
 *
 * @returns Path of the executable.
 * @throws Error in one sentence when no browser can be had.
 */
export function ensureBrowser(): string {
  const found = findBrowser()
  if (found !== null) return found
  const isDebianRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  const installed = isDebianRoot
    ? run('apt-get', ['update', '-q']) &&
      run('apt-get', [
        'install',
        '-y',
        '-q',
        '--no-install-recommends',
        'chromium',
        'fonts-dejavu-core'
      ])
    : run(process.execPath, ['node_modules/@playwright/test/cli.js', 'install', 'chromium'])
  const browser = installed ? findBrowser() : null
  if (browser !== null) return browser
  throw new Error(
    'The end-to-end tests need a browser, and none could be installed: install Chromium and run again.'
  )
}

function findBrowser(): string | null {
  return [...candidates, chromium.executablePath()].find((path) => existsSync(path)) ?? null
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'] }).status === 0
}
