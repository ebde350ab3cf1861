/** A writer thread that answers its first registration and nothing else, until it was started a second time. */
import { existsSync, writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { WriterDatabase } from '../../src/engine/storage/writer-database.ts'
import type { WriterRequest, WriterSetup } from '../../src/engine/storage/writer-messages.ts'
import { serveWriter } from '../../src/engine/storage/writer-service.ts'

const port = parentPort
const setup = workerData as WriterSetup
const marker = `${setup.file}.muted`
if (port === null) throw new Error('runs in a thread')

if (existsSync(marker)) serveWriter(port, setup)
else {
  writeFileSync(marker, '')
  const database = new WriterDatabase(setup)
  port.postMessage({ kind: 'opened', run: database.run })
  port.on('message', (request: WriterRequest) => {
    if (request.kind !== 'register' || request.sequence > 1) return
    database.apply(request)
    const { sequence } = request
    port.postMessage({ kind: 'committed', sequence, outcome: null, databaseBytes: 0 })
  })
}
