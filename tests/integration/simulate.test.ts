import { describe, expect, test } from 'vitest'
import { simulatorReadySchema } from '../../src/contracts/simulator-ready.ts'
import { descendantsOf, isAlive } from '../support/process-table.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { until } from '../support/until.ts'

describe('tapedeck simulate', { timeout: 40_000 }, () => {
  test('says in one line where it is reached, serves there, and ends when asked', async () => {
    const tapedeck = new TapedeckProcess(['simulate', '--port', '0'])
    await until(() => tapedeck.stdout.includes('\n'), 'the ready line', 20_000)
    const ready = simulatorReadySchema.parse(JSON.parse(tapedeck.stdout))
    const coinbase = ready.venues['coinbase']
    const products: unknown = await (await fetch(`${coinbase?.restUrl ?? ''}/products`)).json()
    expect(products).toHaveLength(328)
    tapedeck.child.kill('SIGTERM')
    expect(await tapedeck.ended()).toBe(0)
  })

  test('does not outlive the command line that started it', async () => {
    const tapedeck = new TapedeckProcess(['simulate', '--port', '0'])
    await until(() => tapedeck.stdout.includes('\n'), 'the ready line', 20_000)
    const children = descendantsOf(tapedeck.pid)
    tapedeck.child.kill('SIGKILL')
    await until(() => children.every((pid) => !isAlive(pid)), 'the simulator to end', 5_000)
    expect(children.filter(isAlive)).toEqual([])
  })

  test('names an argument that it does not know', async () => {
    const tapedeck = new TapedeckProcess(['simulate', '--sped', '2'])
    expect(await tapedeck.ended()).toBe(2)
    expect(tapedeck.stderr).toContain('--sped')
    expect(tapedeck.stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
