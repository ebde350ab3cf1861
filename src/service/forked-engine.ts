import { fork } from 'node:child_process'
import type { EngineMessage } from '../contracts/engine-protocol.ts'
import { engineHeapFlags, engineMemoryEnvironment } from './engine-memory.ts'
import type { EngineProcess } from './engine-process.ts'
import { passedEnvironment } from './passed-environment.ts'

/**
 * Starts an engine as a forked Node process. It inherits no environment but what Node needs.
 *
 * @param entry File that the engine starts from.
 * @param heapMb Cap of its heap; runs of faults set a lower one.
 */
export function forkEngine(entry: string, heapMb?: number): EngineProcess {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [...engineHeapFlags(heapMb)],
    env: { ...passedEnvironment(process.env), ...engineMemoryEnvironment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc']
  })
  return {
    pid: child.pid ?? null,
    send: (message) => {
      // The end of the process is told by `exit`; a send that crosses it has nobody to tell.
      if (child.connected) child.send(message, () => undefined)
    },
    onMessage: (listener) =>
      void child.on('message', (message) => listener(message as EngineMessage)),
    onExit: (listener) => {
      let isTold = false
      const tell = (code: number | null, signal: string | null) => {
        if (isTold) return
        isTold = true
        listener({ code, signal })
      }
      child.once('exit', tell)
      child.once('error', () => tell(null, null))
    },
    kill: () => void child.kill('SIGKILL')
  }
}
