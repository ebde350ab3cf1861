import { parentPort, type MessagePort } from 'node:worker_threads'

/** Loaded before a program that runs in a thread instead of a utility process: its `process.parentPort`. */
type Arrived = { readonly data: unknown; readonly ports: readonly MessagePort[] }

if (parentPort === null) throw new Error('expected to be loaded in a thread')
const host = parentPort

/** Ports of Electron tell events with `data`, those of Node the data. */
function electronPort(port: MessagePort) {
  return {
    postMessage: (message: unknown) => port.postMessage(message),
    on: (event: string, listener: (told: { readonly data: unknown }) => void) =>
      event === 'message'
        ? port.on('message', (data: unknown) => listener({ data }))
        : port.on(event, listener),
    start: () => port.start(),
    close: () => port.close()
  }
}

Object.assign(process, {
  parentPort: {
    postMessage: (message: unknown) => host.postMessage(message),
    on: (...[, listener]: [string, (event: unknown) => void]) =>
      host.on('message', ({ data, ports }: Arrived) =>
        listener({ data, ports: ports.map(electronPort) })
      )
  }
})
