import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../core/invariant.ts'
import type { WriterSetup } from './storage/writer-messages.ts'
import { serveWriter } from './storage/writer-service.ts'

invariant(parentPort !== null, 'the writer runs in a thread of the engine')
serveWriter(parentPort, workerData as WriterSetup)
