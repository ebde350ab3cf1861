import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { forgetShift, shiftClock } from '../../faults/clock-shift.ts'

const shifted = fileURLToPath(new URL('../../faults/shifted-clock.ts', import.meta.url))
/** Tells its clocks on each line that it is sent. */
const talker = `process.stdin.on('data', () =>
  console.log(JSON.stringify([Date.now(), new Date().getTime(), new Date(5).getTime(), Date.UTC(2026, 0), performance.now(), new Date() instanceof Date])))
setInterval(() => {}, 1000)`

test('a process with a shifted clock is wrong by what was said, and its monotonic clock is not', async () => {
  const child = spawn(process.execPath, ['--import', shifted, '-e', talker], { stdio: 'pipe' })
  const pid = child.pid ?? 0
  const ask = async (): Promise<readonly [number, number, number, number, number, boolean]> => {
    child.stdin.write('?\n')
    const [text] = (await once(child.stdout, 'data')) as [Buffer]
    return JSON.parse(text.toString()) as [number, number, number, number, number, boolean]
  }
  try {
    const [trueMs] = await ask()
    expect(Math.abs(trueMs - Date.now())).toBeLessThan(60_000)
    shiftClock(pid, 7_200_000)
    let told = await ask()
    while (told[0] < trueMs + 3_600_000) told = await ask()
    const [nowMs, dateMs, fixedMs, utcMs, monotonicMs, isDate] = told
    expect(Math.abs(nowMs - Date.now() - 7_200_000)).toBeLessThan(60_000)
    expect(Math.abs(dateMs - nowMs)).toBeLessThan(60_000)
    expect([fixedMs, utcMs, isDate]).toEqual([5, Date.UTC(2026, 0), true])
    expect(monotonicMs).toBeLessThan(3_600_000)
  } finally {
    forgetShift(pid)
    child.kill()
  }
})
