import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../core/invariant.ts'
import type { ReaderSetup } from './storage/reader-messages.ts'
import { serveReader } from './storage/reader-service.ts'

invariant(parentPort !== null, 'a reader runs in a thread of the engine')
serveReader(parentPort, workerData as ReaderSetup)
