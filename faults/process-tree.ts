import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Whether a process lives; one that waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  const status = textOf(`/proc/${pid}/status`)
  return status !== null && !/^State:\s+Z/m.test(status)
}

/** Living children of a process, and theirs. */
export function descendantsOf(pid: number): readonly number[] {
  const children = processes().filter((each) => parentOf(each) === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

/** Living processes that hold a file open for writing. */
export function writersOf(file: string): readonly number[] {
  return processes().filter((pid) =>
    namesIn(`/proc/${pid}/fd`).some(
      (fd) => linkOf(`/proc/${pid}/fd/${fd}`) === file && isWritable(pid, fd)
    )
  )
}

function processes(): readonly number[] {
  return namesIn('/proc').map(Number).filter(Number.isInteger)
}

function parentOf(pid: number): number | null {
  const stat = textOf(`/proc/${pid}/stat`)
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** The last octal digit of its flags is how it was opened: 0 for reading alone. */
function isWritable(pid: number, fd: string): boolean {
  return /^flags:\s+\d*[12]$/m.test(textOf(`/proc/${pid}/fdinfo/${fd}`) ?? '')
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function linkOf(file: string): string | null {
  try {
    return readlinkSync(file)
  } catch {
    return null
  }
}
