import { describe, expect, test } from 'vitest'
import { readArguments } from '../../src/headless/arguments.ts'
import { asksForHelp, helpText } from '../../src/headless/help.ts'
import { readArguments as readSimulatorArguments } from '../../src/simulator/arguments.ts'

/** Option names under a command's heading. */
function optionsOf(command: string): readonly string[] {
  const [, after = ''] = helpText.split(new RegExp(`^${command} `, 'm'))
  const [part = ''] = after.split(/\n\n/)
  return [...part.matchAll(/^ {2}--(\S+)/gm)].map(([, name = '']) => name)
}

/** Whether a command knows an option, judged by what it complains of when the option alone is given. */
function complaintOf(read: () => unknown): string {
  try {
    const result = read()
    return typeof result === 'string' ? result : ''
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

describe('helpText', () => {
  test.each([
    ['serve', 6],
    ['replay', 6],
    ['export', 7],
    ['import', 3],
    ['backup', 1]
  ])('names only options that %s knows', (command, least) => {
    const names = optionsOf(command)
    expect(names.length).toBeGreaterThanOrEqual(least)
    for (const name of names) {
      const complaint = complaintOf(() => readArguments([command, `--${name}`]))
      expect(complaint, name).not.toMatch(/Unknown option/)
    }
  })

  test('names only options that simulate knows', () => {
    const names = optionsOf('simulate')
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) {
      const complaint = complaintOf(() => readSimulatorArguments([`--${name}`]))
      expect(complaint, name).not.toMatch(/Unknown option/)
    }
    expect(complaintOf(() => readSimulatorArguments(['--nonsense']))).toMatch(/Unknown option/)
  })
})

describe('asksForHelp', () => {
  test.each([[['--help']], [['-h']], [['help']], [['serve', '--help']]])('%j does', (args) => {
    expect(asksForHelp(args)).toBe(true)
  })

  test.each([[[]], [['serve', '--demo']], [['simulate', '--tape', 'help']]])(
    '%j does not',
    (args) => {
      expect(asksForHelp(args)).toBe(false)
    }
  )
})
