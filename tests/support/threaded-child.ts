import { MessagePort as ThreadPort, Worker } from 'node:worker_threads'
import type { ChildStandIn } from './electron-child.ts'

/**
 * Runs the real program of a forked child, in a thread: it finds `process.parentPort`, its arguments
 * and its output as in a utility process, and can be handed ports.
 *
 * @returns Ends the thread at once, as the system ends a process.
 */
export function runInThread(child: ChildStandIn): () => void {
  const shim = new URL('./parent-port-shim.ts', import.meta.url)
  // A thread is asked nothing by a signal; only the system ends it.
  child.isHanging = true
  let worker: Worker | null = null
  child.on('spawn', () => {
    const started = new Worker(child.fork.entry, {
      argv: [...child.fork.args],
      execArgv: ['--import', shim.href],
      stdout: child.stdout !== null
    })
    worker = started
    if (child.stdout !== null) started.stdout.pipe(child.stdout)
    started.on('message', (message) => child.say(message))
    started.on('error', (error) => child.emit('thread-error', error))
    started.on('exit', (code) => child.exit(code))
    child.parentPort.on('message', ({ data, ports }) => {
      const transferred = ports.map((port) => threadPort(port.handOn()))
      started.postMessage({ data, ports: transferred }, transferred)
    })
  })
  return () => void worker?.terminate()
}

/** In Node the two are one class, which their types do not say. */
function threadPort(port: MessagePort): ThreadPort {
  if (port instanceof ThreadPort) return port
  throw new TypeError('expected a port of Node')
}
