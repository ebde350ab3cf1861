/** Processor time per frame, ns, helper threads of garbage collection and compiler included. */
export function nanosecondsOf(work: () => void, frames: number): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1e3) / frames
}
