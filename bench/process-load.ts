import { readFileSync } from 'node:fs'

/** Linux counts processor time in ticks of 10 ms. */
const ticksPerSecond = 100
const userTicksAt = 11
const systemTicksAt = 12

/** Processor seconds that a process has used, all threads, user and system. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may hold blanks; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[userTicksAt]) + Number(fields[systemTicksAt])) / ticksPerSecond
}

/** Resident memory of a process now, MB. */
export function memoryMb(pid: number): number {
  return statusKib(pid, 'VmRSS') / 1_024
}

/** The most resident memory that a process ever had, MB. */
export function peakMemoryMb(pid: number): number {
  return statusKib(pid, 'VmHWM') / 1_024
}

function statusKib(pid: number, name: string): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`))
  return Number(/\d+/.exec(line ?? '')?.[0] ?? NaN)
}
