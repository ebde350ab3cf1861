const leastNode = 24

/** Says in one line why this Node cannot run Tapedeck; null where it can. */
export function findRuntimeProblem(nodeVersion: string): string | null {
  const major = Number(nodeVersion.split('.')[0])
  return major >= leastNode ? null : `needs Node ${leastNode} or newer, this is ${nodeVersion}`
}
