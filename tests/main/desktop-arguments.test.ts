import { describe, expect, test } from 'vitest'
import { ArgumentError, readDesktopArguments } from '../../src/main/desktop-arguments.ts'

describe('readDesktopArguments', () => {
  test('reads the options that it shares with the command line', () => {
    const args =
      '--demo --data-dir /d --settings /s.toml --skip-market-hours --record-frames --log-level debug'
    expect(readDesktopArguments(['.', ...args.split(' ')])).toEqual({
      isDemo: true,
      dataDir: '/d',
      settingsFile: '/s.toml',
      skipMarketHours: true,
      recordFrames: true,
      logLevel: 'debug'
    })
  })

  test.each([
    [[]],
    [['.']],
    [['--remote-debugging-port=0', '--inspect=0', '.', '--no-sandbox', '--lang', 'de']]
  ])('takes the defaults among Chromium’s own switches: %j', (args) => {
    expect(readDesktopArguments(args)).toEqual({
      isDemo: false,
      dataDir: null,
      settingsFile: null,
      skipMarketHours: false,
      recordFrames: false,
      logLevel: 'info'
    })
  })

  test.each([
    [['--data-dir'], '--data-dir: expected a value'],
    [['--data-dir='], '--data-dir: expected a value'],
    [['--settings'], '--settings: expected a value'],
    [['--log-level', 'loud'], '--log-level: expected one of']
  ])('refuses %j by its name', (args, message) => {
    expect(() => readDesktopArguments(args)).toThrow(ArgumentError)
    expect(() => readDesktopArguments(args)).toThrow(message)
  })
})
