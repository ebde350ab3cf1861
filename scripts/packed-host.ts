import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const readyMs = 60_000
const stopMs = 5_000

type Connections = { readonly live: number; readonly total: number }

/**
 * Runs the demonstration out of an extracted package until a connection is live, and ends it.
 *
 * @throws Error when it ends too early, not at all, or badly
 */
export async function runPackedHost(folder: string): Promise<Connections> {
  const child = spawn(
    process.execPath,
    ['out/main/headless.js', 'serve', '--demo', '--port', '0', '--no-browser'],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] }
  )
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const overdue = setTimeout(() => child.kill('SIGKILL'), readyMs)
  try {
    const url = await Promise.race([openUrl(child.stdout), exited.then(() => null)])
    if (url === null) throw new Error('the packed host ended before it said where it listens')
    const connections = await liveConnections(url, () => child.exitCode === null)
    child.kill('SIGINT')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
    const code = await exited
    clearTimeout(timer)
    if (code !== 0) throw new Error(`the packed host ended with code ${code ?? 'none'}`)
    return connections
  } finally {
    clearTimeout(overdue)
    child.kill('SIGKILL')
  }
}

async function openUrl(stdout: NodeJS.ReadableStream): Promise<string | null> {
  for await (const line of createInterface({ input: stdout })) {
    const [, url] = /^Open (\S+)/.exec(line) ?? []
    if (url !== undefined) return url
  }
  return null
}

async function liveConnections(url: string, isRunning: () => boolean): Promise<Connections> {
  while (isRunning()) {
    const response = await fetch(new URL('/health', url))
    const health = (await response.json()) as { readonly connections?: Connections }
    if (health.connections !== undefined && health.connections.live > 0) return health.connections
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the packed host ended before a connection was live')
}
