import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { findRuntimeProblem } from '../../src/service/runtime.ts'
import { readRepositoryText, repositoryFolder } from '../support/repository.ts'

describe('findRuntimeProblem', () => {
  test.each([
    ['20.20.2', 'needs Node 24 or newer, this is 20.20.2'],
    ['22.14.0', 'needs Node 24 or newer, this is 22.14.0'],
    ['24.0.0', null],
    ['26.1.0', null]
  ])('judges Node %s', (version, problem) => {
    expect(findRuntimeProblem(version)).toBe(problem)
  })
})

/** Runs one of our entries as a Node of this version would. */
function runAs(version: string, entry: string) {
  const code = readRepositoryText(entry)
    .replace(/^#!.*\n/, '')
    .replaceAll('process.versions.node', JSON.stringify(version))
  const options = ['--input-type=module', '--eval', code]
  return spawnSync(process.execPath, options, { cwd: repositoryFolder, encoding: 'utf8' })
}

describe('the entries that an older Node can read', () => {
  test.each(['bin/on-node-24.js', 'bin/tapedeck.js'])(
    '%s says in one line what it needs',
    (entry) => {
      const { status, stderr } = runAs('20.20.2', entry)
      expect(status).toBe(78)
      expect(stderr).toBe('tapedeck: needs Node 24 or newer, this is 20.20.2\n')
    }
  )
})
