/**
 * A writer thread that dies once, between committing its second step of work and answering, and then
 * never again for the same file.
 */
import { existsSync, writeFileSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import { parentPort, workerData } from 'node:worker_threads'
import type { WriterReply, WriterSetup } from '../../src/engine/storage/writer-messages.ts'
import { serveWriter } from '../../src/engine/storage/writer-service.ts'

const port = parentPort
const setup = workerData as WriterSetup
const marker = `${setup.file}.died`
if (port === null) throw new Error('runs in a thread')

const dying = new Proxy(port, {
  get(target, name): unknown {
    if (name === 'postMessage') {
      return (reply: WriterReply) => {
        if (reply.kind === 'committed' && reply.sequence === 2 && !existsSync(marker)) {
          writeFileSync(marker, '')
          process.exit(1)
        }
        target.postMessage(reply)
      }
    }
    const value: unknown = Reflect.get(target, name, target)
    return typeof value === 'function' ? (value.bind(target) as unknown) : value
  }
}) satisfies MessagePort

serveWriter(dying, setup)
