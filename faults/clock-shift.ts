import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where a process with a shifted clock looks for its shift. */
export function shiftFile(pid: number): string {
  return join(tmpdir(), `tapedeck-clock-shift-${pid}`)
}

/**
 * Sets the wall clock of a process that runs `shifted-engine.ts` to the true time and so much more, within
 * 50 ms; from there on, not by so much again. Said before its start it is wrong from the beginning.
 */
export function shiftClock(pid: number, byMs: number): void {
  const file = shiftFile(pid)
  writeFileSync(`${file}.new`, String(byMs))
  renameSync(`${file}.new`, file)
}

/** Leaves nothing behind of a process that ended. */
export function forgetShift(pid: number): void {
  rmSync(shiftFile(pid), { force: true })
}
