/** A reader thread that never answers its first question, until it was started a second time. */
import { existsSync, writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { ReaderSetup } from '../../src/engine/storage/reader-messages.ts'
import { serveReader } from '../../src/engine/storage/reader-service.ts'

const port = parentPort
const setup = workerData as ReaderSetup
const marker = `${setup.file}.read-muted`
if (port === null) throw new Error('runs in a thread')

if (existsSync(marker)) serveReader(port, setup)
else {
  writeFileSync(marker, '')
  port.postMessage({ kind: 'opened' })
  // Heard, and nothing comes of it.
  port.on('message', () => undefined)
}
